package org.kanface.nn.backbone;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Checkpoint;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.PRelu;
import org.kanface.nn.layer.Sequential;

/// Residual block of the improved residual networks for faces (arXiv:1801.07698, §3.2.2):
/// `BN₃(conv₂(PReLU(BN₂(conv₁(BN₁(x)))))) + shortcut(x)`, with nothing after the sum.
///
/// `x [n, h, w, in]` → `[n, h', w', out]`, `h' = ⌊(h - 1)/stride⌋ + 1`; the second convolution has
/// the stride. The shortcut is `x` itself or a 1×1 convolution with batch norm.
public final class IBasicBlock extends Module {
  /// @param projects whether the shortcut is a convolution; it must be where sizes change
  /// @param recompute keep only the input for the backward pass and compute the block again there
  public record Config(long in, long out, int stride, boolean projects, boolean recompute) {}

  private final BatchNorm bn1;
  private final Conv2d conv1; // 3×3
  private final BatchNorm bn2;
  private final PRelu prelu;
  private final Conv2d conv2; // 3×3, stride
  private final BatchNorm bn3;
  private final @Nullable Sequential downsample; // 1×1, stride
  private final @Nullable List<Var> recomputed; // what the block reads, if it is computed again

  public IBasicBlock(Init init, Config config) {
    long out = config.out;
    Sequential shortcut =
        config.projects
            ? new Sequential(
                new Conv2d(init, new Conv2d.Config(config.in, out, 1, config.stride, 0, 1, false)),
                new BatchNorm(init, BatchNorm.Config.of(out)))
            : null; // drawn first, as the reference does
    bn1 = register("bn1", new BatchNorm(init, BatchNorm.Config.of(config.in)));
    conv1 =
        register("conv1", new Conv2d(init, new Conv2d.Config(config.in, out, 3, 1, 1, 1, false)));
    bn2 = register("bn2", new BatchNorm(init, BatchNorm.Config.of(out)));
    prelu = register("prelu", new PRelu(init, out));
    conv2 =
        register(
            "conv2", new Conv2d(init, new Conv2d.Config(out, out, 3, config.stride, 1, 1, false)));
    bn3 = register("bn3", new BatchNorm(init, BatchNorm.Config.of(out)));
    downsample = shortcut == null ? null : register("downsample", shortcut);
    recomputed = config.recompute ? trained().stream().map(Parameter::var).toList() : null;
  }

  @Override
  protected Var compute(Var x) {
    return recomputed == null || !isTraining()
        ? block(x)
        : Checkpoint.of(this::block, x, recomputed);
  }

  private Var block(Var x) {
    return Graph.local(
        () -> {
          Var y = bn2.prelu(conv1, bn1.forward(x), prelu);
          y = bn3.after(conv2, y);
          return Add.of(y, downsample == null ? x : downsample.forward(x));
        });
  }
}
