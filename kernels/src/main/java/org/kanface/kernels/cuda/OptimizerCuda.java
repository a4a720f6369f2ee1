package org.kanface.kernels.cuda;

import org.kanface.kernels.Memory;
import org.kanface.kernels.OptimizerKernels;

/// `optimizer.cu`.
final class OptimizerCuda implements OptimizerKernels {
  private static final int BLOCK = 256;

  private final CudaModule module;

  OptimizerCuda(CudaContext context) {
    module = context.module("optimizer");
  }

  private Launch each(String kernel, long n) {
    return module.launch(kernel).grid(Launch.blocks(n, BLOCK)).block(BLOCK);
  }

  @Override
  public void sgd(Sgd config, long n, Memory parameter, Memory grad, Memory velocity) {
    each("optimizer_sgd_f32", n)
        .floats(parameter, n)
        .floats(grad, n)
        .floats(config.momentum() == 0 ? null : velocity, n)
        .i64(n)
        .f32(config.lr())
        .f32(config.momentum())
        .f32(1 - config.dampening())
        .f32(config.weightDecay())
        .f32(config.gradScale())
        .i32(config.nesterov() ? 1 : 0)
        .i32(config.first() ? 1 : 0)
        .run();
  }

  @Override
  public void adam(Adam config, long n, Memory parameter, Memory grad, Memory m, Memory v) {
    boolean decoupled = config.decoupled();
    each("optimizer_adam_f32", n)
        .floats(parameter, n)
        .floats(grad, n)
        .floats(m, n)
        .floats(v, n)
        .i64(n)
        .f32(decoupled ? 1 - config.lr() * config.weightDecay() : 1)
        .f32(decoupled ? 0 : config.weightDecay())
        .f32(config.beta1())
        .f32(1 - config.beta1())
        .f32(config.beta2())
        .f32(1 - config.beta2())
        .f32(config.lr() / (1 - Math.pow(config.beta1(), (double) config.step())))
        .f32(Math.sqrt(1 - Math.pow(config.beta2(), (double) config.step())))
        .f32(config.eps())
        .f32(config.gradScale())
        .run();
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
