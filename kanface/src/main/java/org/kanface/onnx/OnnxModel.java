package org.kanface.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kanface.config.ConfigLoader;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.load.Normalization;
import org.kanface.tensor.Json;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.Tester;

/// A network that [OnnxExport] wrote, loaded by ONNX Runtime.
public final class OnnxModel implements AutoCloseable {
  /// Why [#isSupported] says no, and what helps.
  public static final String ABSENT = OnnxRuntime.ABSENT;

  private static final float BYTE = 1 / 255f;

  private final OnnxRuntime.Session session;
  private final TrainConfig config;

  private OnnxModel(OnnxRuntime.Session session, TrainConfig config) {
    this.session = session;
    this.config = config;
  }

  /// Loads a file. Throws [OnnxException] where ONNX Runtime is absent, the file is not ONNX or not
  /// from here.
  public static OnnxModel open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new OnnxException(path + ": no such file");
    }
    OnnxRuntime.Session session = OnnxRuntime.open(path);
    try {
      String text = session.metadata().get(OnnxExport.CONFIG);
      if (text == null) {
        throw new OnnxException(
            "%s has no %s in its metadata; kanface export writes it"
                .formatted(path, OnnxExport.CONFIG));
      }
      var values = Json.object(Json.parse(text), OnnxExport.CONFIG);
      return new OnnxModel(session, ConfigLoader.fromMap(path.toString(), values));
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /// Whether [#open] can work at all.
  public static boolean isSupported() {
    return OnnxRuntime.isPresent();
  }

  /// What the network was trained with.
  public TrainConfig config() {
    return config;
  }

  /// The network and what runs it, for verification.
  public Tester.Subject subject(boolean mirror) {
    return new Tester.Subject(config.model(), embedder(mirror), "ONNX Runtime");
  }

  /// What turns aligned faces into embeddings, with `mirror` those of the mirror image too. Not for
  /// several threads at once.
  public FaceEmbedder embedder(boolean mirror) {
    ModelConfig model = config.model();
    var bytes = Normalization.of(new float[3], new float[] {BYTE, BYTE, BYTE}); // 0 to 255
    int side = model.imageSize();
    return new FaceEmbedder(
        (pixels, count, out, at) -> run(pixels, count, side, out, at),
        side,
        model.embeddingSize(),
        bytes,
        mirror);
  }

  private void run(MemorySegment pixels, int count, int side, float[] out, int at) {
    float[] y = embeddings(pixels, count, side);
    System.arraycopy(y, 0, out, at, y.length);
  }

  /// `pixels [count, side, side, 3]`, 0 to 255 → `[count, dim]`.
  float[] embeddings(MemorySegment pixels, int count, int side) {
    FloatBuffer images = planes(pixels, count, side);
    return session.run(OnnxExport.INPUT, images, count, 3, side, side);
  }

  /// NHWC to NCHW.
  private static FloatBuffer planes(MemorySegment pixels, int count, int side) {
    int area = side * side;
    FloatBuffer out =
        ByteBuffer.allocateDirect(Math.multiplyExact(4 * 3, Math.multiplyExact(count, area)))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < area; p++) {
          long at = 4L * ((long) (i * area + p) * 3 + c);
          out.put((i * 3 + c) * area + p, pixels.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at));
        }
      }
    }
    return out;
  }

  @Override
  public void close() {
    session.close();
  }
}
