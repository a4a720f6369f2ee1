package org.kanface.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.kan.KANLinear;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Shape;

/// A fixture folder of a few cases, written where a test wants it: a KAN layer with 3 inputs, 2
/// outputs and 5 intervals, whose results are the reference's.
public final class TinyFixture {
  private static final String FILE = "unit.safetensors";
  private static final float[] X = {
    -2.5f, -1, 0.3f, 1, 1.25f, -0.77f, 0, 2, -1.9f, 0.6f, -0.2f, 0.9999f
  };
  private static final float[] Y = {
    0.041171614f, -0.10322794f, -0.18935595f, 0.19846308f,
    -0.1119955f, 0.21326418f, -0.14467013f, -0.085836321f
  };
  private static final float[] DX = {
    -0.0054604402f, -0.0018103232f, -0.014840397f, -0.021077422f, -0.024233669f, 0.005915449f,
    -0.043835245f, -0.049431939f, -0.00034279225f, -0.002508668f, -0.0071627842f, 0.067048497f
  };
  private static final float[] DSCALE_BASE = {
    -0.04157266f, -0.11489041f, 0.11435699f, -0.27605331f, -0.07719487f, -0.0026678927f
  };

  private final List<Object> cases = new ArrayList<>();
  private final LinkedHashMap<String, SafeTensors.Entry> tensors = new LinkedHashMap<>();

  /// Adds a case whose stored result is right but for `error`, added to the last value of `y`.
  public TinyFixture kan(String id, float error) {
    add(id, "kan_linear", List.of("y", "grad.x", "grad.scale_base"));
    var config = KANLinear.Config.of(3, 2, 5, 3, Reduction.MEAN);
    try (var layer = new KANLinear(Init.of(Device.reference(), 1), config)) {
      float[] knots = layer.state().get("grid").external();
      put(id, "param.grid", Shape.of(3, 12), knots);
    }
    put(id, "param.coef", Shape.of(3, 2, 8), values("kan.coef", 48));
    put(id, "param.scale_base", Shape.of(3, 2), values("kan.scale_base", 6));
    put(id, "param.scale_sp", Shape.of(3, 2), values("kan.scale_sp", 6));
    put(id, "x", Shape.of(4, 3), X);
    put(id, "dy", Shape.of(4, 2), values("r", 8));
    float[] y = Y.clone();
    y[y.length - 1] += error;
    put(id, "y", Shape.of(4, 2), y);
    put(id, "grad.x", Shape.of(4, 3), DX);
    put(id, "grad.scale_base", Shape.of(3, 2), DSCALE_BASE);
    return this;
  }

  /// Adds a case of any operation, without tensors.
  public TinyFixture add(String id, String op, List<String> outputs) {
    Map<String, Object> attrs =
        Json.of("in", 3L, "out", 2L, "grid_size", 5L, "order", 3L, "neuron_fun", "mean");
    cases.add(Json.of("id", id, "op", op, "file", FILE, "attrs", attrs, "out", outputs));
    return this;
  }

  /// Adds a case with its attributes; tensors follow.
  public TinyFixture add(String id, String op, Map<String, Object> attrs, List<String> outputs) {
    cases.add(Json.of("id", id, "op", op, "file", FILE, "attrs", attrs, "out", outputs));
    return this;
  }

  /// Adds a case whose tensors are in a file that is not there.
  public TinyFixture lost(String id) {
    cases.add(Json.of("id", id, "op", "relu", "file", "lost.safetensors"));
    return this;
  }

  /// Adds a tensor of a case.
  public TinyFixture with(String id, String name, Shape shape, float... values) {
    put(id, name, shape, values);
    return this;
  }

  /// Writes `index.json` and the tensors.
  public void write(Path folder) throws IOException {
    SafeTensors.write(folder.resolve(FILE), tensors, Map.of());
    Map<String, Object> index = Json.of("seed", "tiny", "rng_check", Json.of(), "cases", cases);
    Files.writeString(folder.resolve("index.json"), Json.write(index));
  }

  private void put(String id, String name, Shape shape, float[] values) {
    tensors.put(id + "/" + name, SafeTensors.Entry.of(shape, values));
  }

  /// The hash-based fill of the reference's numbers.
  private static float[] values(String key, int n) {
    var out = new float[n];
    for (int j = 0; j < n; j++) {
      int z = key.hashCode() + j * 0x9E3779B9;
      z ^= z >>> 16;
      z *= 0x85EBCA6B;
      z ^= z >>> 13;
      z *= 0xC2B2AE35;
      z ^= z >>> 16;
      out[j] = (float) ((z >>> 8) / 16777216.0 - 0.5);
    }
    return out;
  }
}
