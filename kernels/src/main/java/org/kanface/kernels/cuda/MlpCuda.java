package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Epilogue.Activation;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.Memory;
import org.kanface.kernels.MlpKernels;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;

/// The low-rank MLP out of norm, products and GELU. Rows go in parts of [#WIDE] elements at most,
/// so
/// that the wide activations, which are computed again in the backward pass, take little memory;
/// parts are added to the gradients in order.
final class MlpCuda implements MlpKernels {
  private static final long WIDE = 16L << 20; // elements of a wide activation

  private final CudaContext context;
  private final GemmCuda gemm;
  private final NormCuda norm;
  private final ElementwiseCuda elementwise;
  private final ReduceCuda reduce;

  MlpCuda(
      CudaContext context,
      GemmCuda gemm,
      NormCuda norm,
      ElementwiseCuda elementwise,
      ReduceCuda reduce) {
    this.context = context;
    this.gemm = gemm;
    this.norm = norm;
    this.elementwise = elementwise;
    this.reduce = reduce;
  }

  /// Rows of a part.
  private static long rows(LowRankMlp s) {
    return Math.clamp(WIDE / Math.max(s.hidden(), s.width()), 1, Math.max(s.rows(), 1));
  }

  /// Rows `first … first + count - 1` of a matrix.
  private CudaMemory part(Memory matrix, long first, long count, long cols) {
    return context.mine(matrix).slice(first * cols * Float.BYTES, count * cols * Float.BYTES);
  }

  /// `y = x·wᵀ`, `w [out, in]`.
  private void linear(long rows, long in, long out, Memory x, Memory w, Memory y, Epilogue then) {
    gemm.gemm(Gemm.of(false, true, rows, out, in), x, w, y, then);
  }

  @Override
  public void forward(
      LowRankMlp s,
      LowRankMlp.Weights w,
      Memory x,
      @Nullable Memory residual,
      Memory y,
      LowRankMlp.@Nullable Kept kept) {
    long most = rows(s);
    for (long r = 0; r < s.rows(); r += most) {
      long n = Math.min(most, s.rows() - r);
      try (var scratch = context.scratch().lease()) {
        Memory mean = kept == null ? scratch.take(n) : part(kept.mean(), r, n, 1);
        Memory rstd = kept == null ? scratch.take(n) : part(kept.rstd(), r, n, 1);
        Memory low1 = kept == null ? scratch.take(n * s.rank()) : part(kept.low1(), r, n, s.rank());
        Memory low2 = kept == null ? scratch.take(n * s.rank()) : part(kept.low2(), r, n, s.rank());
        Memory unit = scratch.take(n * s.width());
        Memory wide = scratch.take(n * s.hidden());
        norm.layerNormForward(
            n,
            s.width(),
            s.eps(),
            part(x, r, n, s.width()),
            w.normWeight(),
            w.normBias(),
            unit,
            mean,
            rstd);
        linear(n, s.width(), s.rank(), unit, w.down1(), low1, Epilogue.NONE);
        var gelu = new Epilogue(w.bias1(), Activation.GELU, null, null, null);
        linear(n, s.rank(), s.hidden(), low1, w.up1(), wide, gelu);
        linear(n, s.hidden(), s.rank(), wide, w.down2(), low2, Epilogue.NONE);
        Memory skip = residual == null ? null : part(residual, r, n, s.width());
        var end = new Epilogue(w.bias2(), Activation.NONE, null, w.scale(), skip);
        linear(n, s.rank(), s.width(), low2, w.up2(), part(y, r, n, s.width()), end);
      }
    }
  }

  @Override
  public void backward(
      LowRankMlp s,
      LowRankMlp.Weights w,
      Memory x,
      LowRankMlp.Kept kept,
      Memory dy,
      Memory dx,
      LowRankMlp.Weights g) {
    if (s.rows() == 0) {
      zero(s, g);
      return;
    }
    long most = rows(s);
    for (long r = 0; r < s.rows(); r += most) {
      long n = Math.min(most, s.rows() - r);
      try (var scratch = context.scratch().lease()) {
        var part =
            new Part(
                scratch,
                s,
                w,
                g,
                n,
                r > 0,
                part(kept.mean(), r, n, 1),
                part(kept.rstd(), r, n, 1),
                part(kept.low1(), r, n, s.rank()),
                part(kept.low2(), r, n, s.rank()));
        part.run(part(x, r, n, s.width()), part(dy, r, n, s.width()), part(dx, r, n, s.width()));
      }
    }
  }

  private void zero(LowRankMlp s, LowRankMlp.Weights g) {
    zero(g.normWeight(), s.width());
    zero(g.normBias(), s.width());
    zero(g.down1(), s.rank() * s.width());
    zero(g.up1(), s.hidden() * s.rank());
    zero(g.bias1(), s.hidden());
    zero(g.down2(), s.rank() * s.hidden());
    zero(g.up2(), s.width() * s.rank());
    zero(g.bias2(), s.width());
    if (g.scale() != null) {
      zero(g.scale(), s.width());
    }
  }

  private void zero(Memory block, long elements) {
    context.fill(context.mine(block), (byte) 0, elements * Float.BYTES);
  }

  /// Some rows of the backward pass.
  private final class Part {
    private final Scratch.Lease scratch;
    private final LowRankMlp s;
    private final LowRankMlp.Weights w;
    private final LowRankMlp.Weights g;
    private final long n;
    private final boolean adds; // the gradients hold those of earlier rows
    private final Memory mean;
    private final Memory rstd;
    private final Memory low1;
    private final Memory low2;

    Part(
        Scratch.Lease scratch,
        LowRankMlp s,
        LowRankMlp.Weights w,
        LowRankMlp.Weights g,
        long n,
        boolean adds,
        Memory mean,
        Memory rstd,
        Memory low1,
        Memory low2) {
      this.scratch = scratch;
      this.s = s;
      this.w = w;
      this.g = g;
      this.n = n;
      this.adds = adds;
      this.mean = mean;
      this.rstd = rstd;
      this.low1 = low1;
      this.low2 = low2;
    }

    void run(Memory x, Memory dy, Memory dx) {
      Memory d = scaled(dy);
      Memory dlow2 = scratch.take(n * s.rank());
      back(s.width(), s.rank(), d, w.up2(), dlow2);
      outer(s.width(), s.rank(), d, low2, g.up2());
      sum(s.width(), d, g.bias2());
      Memory du = hidden(dlow2);
      Memory dlow1 = scratch.take(n * s.rank());
      back(s.hidden(), s.rank(), du, w.up1(), dlow1);
      outer(s.hidden(), s.rank(), du, low1, g.up1());
      sum(s.hidden(), du, g.bias1());
      normalized(x, dlow1, dx);
    }

    /// `dy` times the layer's scale, whose gradient is `Σ dy (low2 up2ᵀ + bias2)`.
    private Memory scaled(Memory dy) {
      if (w.scale() == null || g.scale() == null) {
        return dy;
      }
      Memory out = scratch.take(n * s.width());
      linear(n, s.rank(), s.width(), low2, w.up2(), out, Epilogue.bias(w.bias2()));
      Memory sums = adds ? scratch.take(s.width()) : g.scale();
      reduce.sumProduct(n, s.width(), dy, out, sums);
      add(s.width(), sums, g.scale());
      long[] sizes = {n, s.width()};
      var walk = Strided.of(sizes, new long[] {s.width(), 1}, new long[] {0, 1});
      elementwise.binary(Binary.MULTIPLY, walk, dy, w.scale(), out);
      return out;
    }

    /// `du = (dlow2 down2) gelu'(u)`, with `u` and `gelu(u)` computed again.
    private Memory hidden(Memory dlow2) {
      Memory u = scratch.take(n * s.hidden());
      Memory wide = scratch.take(n * s.hidden());
      linear(n, s.rank(), s.hidden(), low1, w.up1(), u, Epilogue.bias(w.bias1()));
      elementwise.unary(Unary.GELU, n * s.hidden(), u, wide);
      outer(s.rank(), s.hidden(), dlow2, wide, g.down2());
      back(s.rank(), s.hidden(), dlow2, w.down2(), wide);
      elementwise.unaryBackward(Unary.GELU, n * s.hidden(), u, wide, wide);
      return wide;
    }

    /// Through the first narrow layer and the norm.
    private void normalized(Memory x, Memory dlow1, Memory dx) {
      Memory unit = scratch.take(n * s.width());
      Memory known = scratch.take(n); // statistics that the forward pass has kept
      norm.layerNormForward(
          n, s.width(), s.eps(), x, w.normWeight(), w.normBias(), unit, known, known);
      outer(s.rank(), s.width(), dlow1, unit, g.down1());
      back(s.rank(), s.width(), dlow1, w.down1(), unit); // now the gradient of the norm's result
      Memory weights = adds ? scratch.take(s.width()) : g.normWeight();
      Memory biases = adds ? scratch.take(s.width()) : g.normBias();
      norm.layerNormBackward(
          n, s.width(), x, w.normWeight(), mean, rstd, unit, dx, weights, biases);
      add(s.width(), weights, g.normWeight());
      add(s.width(), biases, g.normBias());
    }

    /// `dx = dy·w`, `w [out, in]`.
    private void back(long out, long in, Memory dy, Memory weight, Memory dx) {
      gemm.gemm(Gemm.of(false, false, n, in, out), dy, weight, dx);
    }

    /// `dw = dyᵀ·x`, or added to it.
    private void outer(long out, long in, Memory dy, Memory x, Memory dw) {
      var product = Gemm.of(true, false, out, in, n);
      gemm.gemm(adds ? product.accumulating() : product, dy, x, dw);
    }

    private void sum(long cols, Memory dy, Memory dbias) {
      Memory sums = adds ? scratch.take(cols) : dbias;
      reduce.sum(1, n, cols, 1, dy, sums);
      add(cols, sums, dbias);
    }

    private void add(long cols, Memory sums, Memory total) {
      if (adds) {
        elementwise.axpy(cols, 1, sums, total);
      }
    }
  }
}
