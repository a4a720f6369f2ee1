package org.kanface.detect;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;
import org.kanface.kernels.DType;
import org.kanface.nn.Module;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Runs a network over images: bytes to `(v - 127.5) / 128` and back to numbers.
final class Crops {
  private static final int BATCH = 64; // crops at once; bounds the memory
  private static final float[] INPUT = new float[256];

  static {
    for (int v = 0; v < INPUT.length; v++) {
      INPUT[v] = (v - 127.5f) * 0.0078125f;
    }
  }

  private Crops() {}

  /// The network's answer to one whole image, row-major.
  static float[] whole(Module network, Device device, RgbImage image) {
    var pixels = new float[image.pixels().length];
    fill(image, pixels, 0);
    return run(network, device, pixels, Shape.of(1, image.height(), image.width(), 3));
  }

  /// The network's answers to each box of `image`, brought to `side` pixels and mirrored on demand:
  /// `[boxes, columns]`, row-major.
  static float[] boxes(
      Module network,
      Device device,
      RgbImage image,
      List<FaceBox> boxes,
      int side,
      boolean mirrored,
      int columns) {
    var out = new float[boxes.size() * columns];
    int values = side * side * RgbImage.CHANNELS;
    for (int from = 0; from < boxes.size(); from += BATCH) {
      List<FaceBox> some = boxes.subList(from, Math.min(from + BATCH, boxes.size()));
      var pixels = new float[some.size() * values];
      for (int i = 0; i < some.size(); i++) {
        RgbImage crop = cut(image, some.get(i), side);
        fill(mirrored ? crop.flip() : crop, pixels, i * values);
      }
      float[] rows = run(network, device, pixels, Shape.of(some.size(), side, side, 3));
      System.arraycopy(rows, 0, out, from * columns, rows.length);
    }
    return out;
  }

  /// The pixels of a box on whole pixels, black outside the image, resized to `side × side`.
  private static RgbImage cut(RgbImage image, FaceBox box, int side) {
    int x = (int) box.left();
    int y = (int) box.top();
    int w = (int) box.width();
    int h = (int) box.height();
    boolean inside = x >= 0 && y >= 0 && x + w <= image.width() && y + h <= image.height();
    RgbImage crop = inside ? image.crop(x, y, w, h) : padded(image, x, y, w, h);
    return Resampling.BILINEAR.resize(crop, side, side, true);
  }

  private static RgbImage padded(RgbImage image, int x, int y, int w, int h) {
    RgbImage out = RgbImage.black(w, h);
    int first = Math.max(x, 0);
    int length = Math.min(x + w, image.width()) - first;
    for (int row = Math.max(y, 0); row < Math.min(y + h, image.height()) && length > 0; row++) {
      System.arraycopy(
          image.pixels(),
          (row * image.width() + first) * RgbImage.CHANNELS,
          out.pixels(),
          ((row - y) * w + first - x) * RgbImage.CHANNELS,
          length * RgbImage.CHANNELS);
    }
    return out;
  }

  private static void fill(RgbImage image, float[] out, int at) {
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      out[at + i] = INPUT[pixels[i] & 0xFF];
    }
  }

  private static float[] run(Module network, Device device, float[] pixels, Shape shape) {
    try (Graph graph = Graph.inference()) {
      Tensor images = Tensor.empty(device, DType.F32, shape);
      images.write(MemorySegment.ofArray(pixels));
      return network.forward(graph.constant(images)).value().toFloats();
    }
  }
}
