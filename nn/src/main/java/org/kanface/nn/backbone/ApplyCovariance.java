package org.kanface.nn.backbone;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Tensor;

/// Attention of XCA applied to the values: `y[b, n, h, :] = a[b, h] · v[b, n, h, :]`.
///
/// Shapes: `a [b, heads, w, w]`, `v [b, n, heads·w]` → `y [b, n, heads·w]`.
/// Gradients: `da = dyᵀ·v`, `dv = dy·a`.
public record ApplyCovariance(Var a, Var v) implements Op {
  @Override
  public List<Var> inputs() {
    return List.of(a, v);
  }

  @Override
  public Tensor forward(Frame f) {
    HeadBatch b = batch();
    Tensor y = f.empty(v.shape());
    f.kernels().gemm().gemm(b.apply(true, b), v.value().memory(), a.value().memory(), y.memory());
    return y;
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    HeadBatch b = batch();
    Tensor da = f.empty(a.shape());
    f.kernels().gemm().gemm(b.covariance(b), dy.memory(), v.value().memory(), da.memory());
    Tensor dv = f.empty(v.shape());
    f.kernels().gemm().gemm(b.apply(false, b), dy.memory(), a.value().memory(), dv.memory());
    return Arrays.asList(da, dv);
  }

  private HeadBatch batch() {
    return new HeadBatch(v.dim(0), v.dim(1), a.dim(1), a.dim(2), v.dim(2));
  }
}
