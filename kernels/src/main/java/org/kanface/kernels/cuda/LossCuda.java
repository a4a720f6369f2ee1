package org.kanface.kernels.cuda;

import static org.kanface.kernels.Margin.Kind.ANGULAR;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.LossKernels;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Memory;

/// `loss.cu`.
final class LossCuda implements LossKernels {
  private static final int BLOCK = 256;

  private final CudaModule module;

  LossCuda(CudaContext context) {
    module = context.module("loss");
  }

  private static Launch margin(Launch launch, Margin margin, long rows, long cols) {
    double filter = margin.filterThreshold();
    return launch
        .i64(rows)
        .i64(cols)
        .i32(margin.kind() == ANGULAR ? 0 : 1)
        .f32(margin.scale())
        .f32(margin.margin())
        .f32(filter > 0 ? filter : Float.POSITIVE_INFINITY);
  }

  @Override
  public void marginForward(
      Margin margin, long rows, long cols, Memory cosines, Memory labels, Memory logits) {
    var launch =
        module
            .launch("loss_margin_forward_f32")
            .grid(Launch.blocks(rows * cols, BLOCK))
            .block(BLOCK)
            .floats(cosines, rows * cols)
            .longs(labels, rows)
            .floats(logits, rows * cols);
    margin(launch, margin, rows, cols).run();
  }

  @Override
  public void marginBackward(
      Margin margin,
      long rows,
      long cols,
      Memory cosines,
      Memory labels,
      Memory dlogits,
      Memory dcosines) {
    var launch =
        module
            .launch("loss_margin_backward_f32")
            .grid(Launch.blocks(rows * cols, BLOCK))
            .block(BLOCK)
            .floats(cosines, rows * cols)
            .longs(labels, rows)
            .floats(dlogits, rows * cols)
            .floats(dcosines, rows * cols);
    margin(launch, margin, rows, cols).i32(margin.exactGradient() ? 1 : 0).run();
  }

  @Override
  public void crossEntropyForward(
      long rows,
      long cols,
      double floor,
      Memory logits,
      Memory labels,
      @Nullable Memory probabilities,
      Memory losses) {
    module
        .launch("loss_crossentropy_forward_f32")
        .grid(Launch.blocks(rows, 1))
        .block(Sums.threads(cols))
        .floats(logits, rows * cols)
        .longs(labels, rows)
        .floats(probabilities, rows * cols)
        .floats(losses, rows)
        .i64(rows)
        .i64(cols)
        .f32(floor)
        .run();
  }

  @Override
  public void crossEntropyBackward(
      long rows,
      long cols,
      boolean ignoreUnlabelled,
      Memory probabilities,
      Memory labels,
      Memory dlosses,
      Memory dlogits) {
    module
        .launch("loss_crossentropy_backward_f32")
        .grid(Launch.blocks(cols, BLOCK), Launch.rows(rows), 1)
        .block(BLOCK)
        .floats(probabilities, rows * cols)
        .longs(labels, rows)
        .floats(dlosses, rows)
        .floats(dlogits, rows * cols)
        .i64(rows)
        .i64(cols)
        .i32(ignoreUnlabelled ? 1 : 0)
        .run();
  }
}
