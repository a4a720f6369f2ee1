package org.kanface.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.data.FaceDataset;
import org.kanface.data.image.RgbImage;
import org.kanface.data.load.Batch;
import org.kanface.data.load.BatchLoader;
import org.kanface.data.load.ImagePreparation;
import org.kanface.data.load.LoaderOptions;
import org.kanface.data.load.Normalization;
import org.kanface.data.load.Scaling;
import org.kanface.kernels.DType;
import org.kanface.nn.Module;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Embeddings of aligned faces by a trained network, with or without the mirrored image.
public final class FaceEmbedder {
  private final Engine engine;
  private final int side;
  private final int dim;
  private final Normalization normalization;
  private final boolean mirror;

  /// Whatever runs the network.
  @FunctionalInterface
  public interface Engine {
    /// `pixels [count, side, side, 3]`, normalised float32 → `count` embeddings in `out` from
    /// element `at` on.
    void run(MemorySegment pixels, int count, float[] out, int at);
  }

  /// @param side pixels a side of the square images that the network was trained on
  /// @param dim length of its embeddings
  /// @param mirror whether mirrored images are embedded too
  public FaceEmbedder(
      Module network,
      Device device,
      int side,
      int dim,
      Normalization normalization,
      boolean mirror) {
    this(
        (pixels, count, out, at) ->
            run(network, device, pixels, Shape.of(count, side, side, 3), out, at),
        side,
        dim,
        normalization,
        mirror);
  }

  /// The same through another engine.
  public FaceEmbedder(
      Engine engine, int side, int dim, Normalization normalization, boolean mirror) {
    this.engine = engine;
    this.side = side;
    this.dim = dim;
    this.normalization = normalization;
    this.mirror = mirror;
  }

  /// Raw network outputs for images and mirrored images, `[n, dim]` each, row-major; the very same
  /// array where nothing is mirrored.
  public record Embeddings(float[] plain, float[] mirrored, int dim) {
    /// Row `i` of both, added and divided by its length: what verification compares.
    public float[] unit(int i) {
      var sum = new float[dim];
      double squares = 0;
      for (int j = 0; j < dim; j++) {
        sum[j] = plain[i * dim + j] + mirrored[i * dim + j];
        squares += (double) sum[j] * sum[j];
      }
      double length = squares == 0 ? 1 : Math.sqrt(squares);
      for (int j = 0; j < dim; j++) {
        sum[j] /= (float) length;
      }
      return sum;
    }
  }

  /// Embeds one image; throws [TrainingException] where it is not of the network's size.
  public float[] embed(RgbImage image) {
    var pixels = pixels(image);
    var plain = new float[dim];
    engine.run(MemorySegment.ofArray(pixels), 1, plain, 0);
    var mirrored = mirror ? new float[dim] : plain;
    if (mirror) {
      mirror(MemorySegment.ofArray(pixels));
      engine.run(MemorySegment.ofArray(pixels), 1, mirrored, 0);
    }
    return new Embeddings(plain, mirrored, dim).unit(0);
  }

  /// Whether embeddings are those of an image and its mirror image.
  public boolean mirrors() {
    return mirror;
  }

  /// Raw network outputs `[count, dim]` for images `[count, side, side, 3]`, in one batch.
  public float[] outputs(byte[] images, int count) {
    var pixels = new float[images.length];
    normalization.apply(images, pixels);
    var out = new float[count * dim];
    engine.run(MemorySegment.ofArray(pixels), count, out, 0);
    return out;
  }

  /// The network's output for one image alone, not normalised; throws as [#embed(RgbImage)].
  public float[] output(RgbImage image) {
    var out = new float[dim];
    engine.run(MemorySegment.ofArray(pixels(image)), 1, out, 0);
    return out;
  }

  private float[] pixels(RgbImage image) {
    if (image.width() != side || image.height() != side) {
      throw new TrainingException(
          "expected an aligned face of %d x %d pixels, got %d x %d"
              .formatted(side, side, image.width(), image.height()));
    }
    var pixels = new float[3 * side * side];
    normalization.apply(image.pixels(), pixels);
    return pixels;
  }

  /// Takes the embeddings of the next `count` images, `[count, dim]` row-major; the arrays are used
  /// again for later batches, and are one where nothing is mirrored.
  @FunctionalInterface
  public interface Rows {
    void accept(int count, float[] plain, float[] mirrored);
  }

  /// Embeds a whole data set in batches. The network is left in the mode that it was in.
  public Embeddings embed(FaceDataset faces, int batchSize, int workers) {
    var plain = new float[faces.size() * dim];
    var mirrored = mirror ? new float[faces.size() * dim] : plain;
    var done = new int[1];
    embed(
        faces,
        batchSize,
        workers,
        (count, some, turned) -> {
          System.arraycopy(some, 0, plain, done[0], count * dim);
          System.arraycopy(turned, 0, mirrored, done[0], count * dim);
          done[0] += count * dim;
        });
    return new Embeddings(plain, mirrored, dim);
  }

  /// Embeds a data set of any size batch by batch, in its order, and keeps nothing.
  public void embed(FaceDataset faces, int batchSize, int workers, Rows rows) {
    int largest = Math.min(batchSize, faces.size());
    var plain = new float[largest * dim];
    var mirrored = mirror ? new float[largest * dim] : plain;
    var images = ImagePreparation.plain(side, Scaling.NONE, normalization);
    var options = LoaderOptions.inOrder(largest, workers, images);
    try (var loader = new BatchLoader(faces, options)) {
      loader.start(0, 0);
      for (int done = 0; done < faces.size(); ) {
        try (Batch batch = loader.next()) {
          engine.run(batch.images(), batch.size(), plain, 0);
          if (mirror) {
            mirror(batch.images());
            engine.run(batch.images(), batch.size(), mirrored, 0);
          }
          rows.accept(batch.size(), plain, mirrored);
          done += batch.size();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("interrupted while embedding", e);
    }
  }

  /// Length of an embedding.
  public int dim() {
    return dim;
  }

  /// Batches of one size through one network.
  private record Alike(Module network, Shape shape) {}

  private static void run(
      Module network, Device device, MemorySegment pixels, Shape shape, float[] out, int at) {
    boolean training = network.isTraining();
    network.train(false);
    try {
      device.repeated(
          new Alike(network, shape),
          () -> {
            try (Graph graph = Graph.inference()) {
              Tensor images = Tensor.empty(device, DType.F32, shape);
              images.write(pixels);
              Var embeddings = network.forward(graph.constant(images));
              float[] values = embeddings.value().toFloats();
              System.arraycopy(values, 0, out, at, values.length);
            }
          });
    } finally {
      network.train(training);
    }
  }

  /// Turns every row of pixels of every image back to front.
  private void mirror(MemorySegment pixels) {
    var row = new float[3 * side];
    var turned = new float[3 * side];
    long bytes = 4L * row.length;
    for (long at = 0; at < pixels.byteSize(); at += bytes) {
      MemorySegment.copy(pixels, ValueLayout.JAVA_FLOAT_UNALIGNED, at, row, 0, row.length);
      for (int x = 0; x < side; x++) {
        System.arraycopy(row, 3 * x, turned, 3 * (side - 1 - x), 3);
      }
      MemorySegment.copy(turned, 0, pixels, ValueLayout.JAVA_FLOAT_UNALIGNED, at, row.length);
    }
  }
}
