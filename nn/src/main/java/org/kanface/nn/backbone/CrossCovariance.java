package org.kanface.nn.backbone;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Memory;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Channel-by-channel products of XCA: `a[b, h] = q[b, :, h]ᵀ · k[b, :, h]` over the tokens.
///
/// Shapes: `qk [b, n, 2d]` (queries, then keys, each `heads` runs of `d/heads` channels) →
/// `a [b, heads, d/heads, d/heads]`. Gradients: `dq = k·daᵀ`, `dk = q·da`.
public record CrossCovariance(Var qk, long heads) implements Op {
  @Override
  public List<Var> inputs() {
    return List.of(qk);
  }

  @Override
  public Tensor forward(Frame f) {
    HeadBatch b = batch();
    Tensor a = f.empty(Shape.of(b.samples(), heads, b.width(), b.width()));
    Memory m = qk.value().memory();
    f.kernels().gemm().gemm(b.covariance(b), m, keys(m), a.memory());
    return a;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor da) {
    HeadBatch b = batch();
    Tensor dqk = f.empty(qk.shape());
    Memory m = qk.value().memory();
    f.kernels().gemm().gemm(b.apply(true, b), keys(m), da.memory(), dqk.memory());
    f.kernels().gemm().gemm(b.apply(false, b), m, da.memory(), keys(dqk.memory()));
    return Arrays.asList(dqk);
  }

  private Memory keys(Memory m) {
    long at = qk.dtype().bytes() * qk.dim(2) / 2;
    return m.slice(at, m.byteSize() - at);
  }

  private HeadBatch batch() {
    return new HeadBatch(qk.dim(0), qk.dim(1), heads, qk.dim(2) / 2 / heads, qk.dim(2));
  }
}
