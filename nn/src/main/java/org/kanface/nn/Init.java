package org.kanface.nn;

import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.kernels.Mt19937;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Makes parameters: on which device, of which type, and with which random numbers.
///
/// Draws follow PyTorch's CPU generator, in the order in which modules are built, so that a seed
/// gives the reference's weights.
public final class Init {
  private static final int BLOCK = 1 << 20; // of normal draws, a multiple of the generator's 16

  private final Device device;
  private final DType dtype;
  private final Mt19937 random;

  public Init(Device device, DType dtype, long seed) {
    this.device = device;
    this.dtype = dtype;
    this.random = new Mt19937(seed);
  }

  /// float32 parameters.
  public static Init of(Device device, long seed) {
    return new Init(device, DType.F32, seed);
  }

  public Device device() {
    return device;
  }

  public DType dtype() {
    return dtype;
  }

  public Mt19937 random() {
    return random;
  }

  /// A trained parameter with all elements `value`.
  public Parameter constant(String name, Packing packing, double value) {
    return new Parameter(
        Var.parameter(name, Tensor.full(device, dtype, packing.internal(), value)), packing);
  }

  /// A trained parameter with given values in external order.
  public Parameter of(String name, Packing packing, float[] external) {
    return new Parameter(Var.parameter(name, tensor(packing, external)), packing);
  }

  /// A buffer with given values in external order.
  public Parameter buffer(String name, Packing packing, float[] external) {
    return new Parameter(Var.buffer(name, tensor(packing, external)), packing);
  }

  private Tensor tensor(Packing packing, float[] external) {
    Tensor t = Tensor.empty(device, dtype, packing.internal());
    Parameter.write(t, packing.toInternal(external));
    return t;
  }

  /// A trained parameter drawn from U(-bound, bound) in external order.
  public Parameter uniform(String name, Packing packing, double bound) {
    return of(name, packing, draw(Math.toIntExact(packing.external().numel()), bound));
  }

  /// `n` draws from U(-bound, bound), in PyTorch's float32 arithmetic: `rand * (b - a) + a`.
  public float[] draw(int n, double bound) {
    float low = (float) -bound;
    float high = (float) bound;
    var values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.rand() * (high - low) + low;
    }
    return values;
  }

  /// A trained parameter drawn from N(0, std²), of any size: the draws pass through a small buffer.
  public Parameter normal(String name, Shape shape, double std) {
    Tensor values = Tensor.empty(device, dtype, shape);
    try (Tensor flat = values.reshape(Shape.of(shape.numel()))) {
      long n = shape.numel();
      for (long from = 0; from < n; ) {
        // what is left below a whole block goes with the last one: its final 16 are drawn twice
        int count = (int) (n - from < 2 * BLOCK ? n - from : BLOCK);
        try (Tensor part = flat.slice(0, from, from + count)) {
          Parameter.write(part, normal(count, std));
        }
        from += count;
      }
    }
    return new Parameter(Var.parameter(name, values), Packing.plain(shape));
  }

  /// `n` draws from N(0, std²).
  public float[] normal(int n, double std) {
    var values = new float[n];
    random.normal(values, 0, (float) std);
    return values;
  }

  /// `n` draws from N(0, std²), those beyond `limit` deviations drawn again.
  public float[] truncatedNormal(int n, double std, double limit) {
    var values = new float[n];
    for (int done = 0; done < n; ) {
      for (float v : normal(Math.max(16, n - done), std)) {
        if (Math.abs(v) <= limit * std && done < n) {
          values[done++] = v;
        }
      }
    }
    return values;
  }

  /// PyTorch's default bound of a weight with `fanIn` inputs: `√3 · √(1/3)/√fanIn`, that is
  /// Kaiming-uniform with a = √5.
  public static double weightBound(long fanIn) {
    return Math.sqrt(3) * (Math.sqrt(2.0 / 6) / Math.sqrt((double) fanIn));
  }

  /// PyTorch's default bound of a bias: `1/√fanIn`.
  public static double biasBound(long fanIn) {
    return 1 / Math.sqrt((double) fanIn);
  }
}
