package org.kanface.kernels.cuda;

import java.util.List;
import org.kanface.kernels.Block;
import org.kanface.kernels.Memory;
import org.kanface.kernels.OptimizerKernels;

/// `optimizer.cu` for one parameter, `many.cu` for lists.
final class OptimizerCuda implements OptimizerKernels {
  private static final int BLOCK = 256;

  private final CudaModule module;
  private final Many many;

  OptimizerCuda(CudaContext context, Many many) {
    module = context.module("optimizer");
    this.many = many;
  }

  private Launch each(String kernel, long n) {
    return module.launch(kernel).grid(Launch.blocks(n, BLOCK)).block(BLOCK);
  }

  @Override
  public void sgd(Sgd config, long n, Memory parameter, Memory grad, Memory velocity) {
    var launch =
        each("optimizer_sgd_f32", n)
            .floats(parameter, n)
            .floats(grad, n)
            .floats(config.momentum() == 0 ? null : velocity, n)
            .i64(n);
    settings(config, launch);
    launch.run();
  }

  @Override
  public void sgd(Sgd config, List<State> states) {
    many.step("many_sgd_f32", states, config.momentum() != 0, launch -> settings(config, launch));
  }

  private static void settings(Sgd config, Launch launch) {
    launch
        .f32(config.lr())
        .f32(config.momentum())
        .f32(1 - config.dampening())
        .f32(config.weightDecay())
        .f32(config.gradScale())
        .i32(config.nesterov() ? 1 : 0)
        .i32(config.first() ? 1 : 0);
  }

  @Override
  public void adam(Adam config, long n, Memory parameter, Memory grad, Memory m, Memory v) {
    var launch =
        each("optimizer_adam_f32", n)
            .floats(parameter, n)
            .floats(grad, n)
            .floats(m, n)
            .floats(v, n)
            .i64(n);
    settings(config, launch);
    launch.run();
  }

  @Override
  public void adam(Adam config, List<State> states) {
    many.step("many_adam_f32", states, true, launch -> settings(config, launch));
  }

  private static void settings(Adam config, Launch launch) {
    boolean decoupled = config.decoupled();
    launch
        .f32(decoupled ? 1 - config.lr() * config.weightDecay() : 1)
        .f32(decoupled ? 0 : config.weightDecay())
        .f32(config.beta1())
        .f32(1 - config.beta1())
        .f32(config.beta2())
        .f32(1 - config.beta2())
        .f32(config.lr() / (1 - Math.pow(config.beta1(), (double) config.step())))
        .f32(Math.sqrt(1 - Math.pow(config.beta2(), (double) config.step())))
        .f32(config.eps())
        .f32(config.gradScale());
  }

  @Override
  public boolean unscale(double factor, List<Block> grads) {
    return many.unscale(factor, grads);
  }

  @Override
  public void ema(long n, double decay, Memory parameter, Memory shadow) {
    each("optimizer_ema_f32", n)
        .floats(parameter, n)
        .floats(shadow, n)
        .i64(n)
        .f32(decay)
        .f32(1 - decay)
        .run();
  }
}
