package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Gemm;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Matrix product `c = op(a)·op(b)` of the last two axes, for each index of the leading ones.
///
/// Shapes: `op(a) [..., m, k]`, `op(b) [..., k, n]` → `c [..., m, n]` with equal leading axes; `op`
/// swaps the last two axes where `transA`, `transB` say so.
/// Gradients: `d op(a) = dc·op(b)ᵀ`, `d op(b) = op(a)ᵀ·dc` (Giles 2008, "Collected matrix
/// derivative results"), transposed where the operand is.
public record Matmul(Var a, Var b, boolean transA, boolean transB) implements Op {
  public Matmul {
    int rank = a.shape().rank();
    Check.that(
        rank >= 2 && b.shape().rank() == rank && sameBatch(a.shape(), b.shape()),
        "matmul",
        "a %s, b %s: expected two axes or more each, the leading ones equal",
        a.shape(),
        b.shape());
    long k = a.dim(transA ? -2 : -1);
    int inner = transB ? -1 : -2;
    Check.that(
        b.dim(inner) == k,
        "matmul",
        "a %s%s, b %s%s: expected b.dim(%d) to be %d, got %d",
        a.shape(),
        transA ? "ᵀ" : "",
        b.shape(),
        transB ? "ᵀ" : "",
        inner,
        k,
        b.dim(inner));
  }

  public static Var of(Var a, Var b, boolean transA, boolean transB) {
    return Graph.apply(new Matmul(a, b, transA, transB));
  }

  private static boolean sameBatch(Shape a, Shape b) {
    return Arrays.equals(
        a.toArray(), 0, Math.max(0, a.rank() - 2), b.toArray(), 0, Math.max(0, b.rank() - 2));
  }

  @Override
  public List<Var> inputs() {
    return List.of(a, b);
  }

  @Override
  public List<Var> reads() {
    return a.requiresGrad() && b.requiresGrad() ? List.of(a, b) : List.of(a.requiresGrad() ? b : a);
  }

  @Override
  public Tensor forward(Frame f) {
    Tensor c = f.empty(a.shape().with(-2, m()).with(-1, n()));
    multiply(f, transA, transB, a.value(), b.value(), c, k());
    return c;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dc) {
    Tensor da = Operands.gradient(f, a);
    if (da != null) {
      if (transA) { // stored [k, m]: op(b)·dcᵀ
        multiply(f, transB, true, b.value(), dc, da, n());
      } else { // [m, k]: dc·op(b)ᵀ
        multiply(f, false, !transB, dc, b.value(), da, n());
      }
    }
    Tensor db = Operands.gradient(f, b);
    if (db != null) {
      if (transB) { // stored [n, k]: dcᵀ·op(a)
        multiply(f, true, transA, dc, a.value(), db, m());
      } else { // [k, n]: op(a)ᵀ·dc
        multiply(f, !transA, false, a.value(), dc, db, m());
      }
    }
    return Arrays.asList(da, db);
  }

  private static void multiply(
      Frame f, boolean transA, boolean transB, Tensor a, Tensor b, Tensor c, long inner) {
    Shape shape = c.shape();
    long rows = shape.dim(-2);
    long cols = shape.dim(-1);
    long count = shape.span(0, shape.rank() - 2);
    if (count == 0) {
      return;
    }
    var batch = new Gemm.Batch(1, count, 0, rows * inner, 0, inner * cols, 0, rows * cols);
    f.kernels()
        .gemm()
        .gemm(
            Gemm.of(transA, transB, rows, cols, inner).batched(count == 1 ? Gemm.Batch.ONE : batch),
            a.memory(),
            b.memory(),
            c.memory());
  }

  private long m() {
    return a.dim(transA ? -1 : -2);
  }

  private long n() {
    return b.dim(transB ? -2 : -1);
  }

  private long k() {
    return a.dim(transA ? -2 : -1);
  }
}
