package org.kanface.kernels.cpu;

import java.util.List;
import org.kanface.kernels.Block;
import org.kanface.kernels.Memory;
import org.kanface.kernels.OptimizerKernels;

/// Optimiser steps on vectors. The last elements are padded to a whole vector and go through the
/// same loop.
final class OptimizerCpu implements OptimizerKernels {
  private final ElementwiseCpu elementwise = new ElementwiseCpu();
  private final ReduceCpu reduce = new ReduceCpu();

  /// A step over the same range of up to four blocks.
  @FunctionalInterface
  private interface Step {
    void run(long first, long second, long third, long fourth, int bytes);
  }

  /// Runs `step` on chunks of the blocks at the given addresses; 0 stands for an absent block.
  private static void forEach(long n, long first, long second, long third, long fourth, Step step) {
    Chunks.elements(
        n,
        (from, to) -> {
          int whole = Simd.F.loopBound((int) (to - from)) * Float.BYTES;
          step.run(at(first, from), at(second, from), at(third, from), at(fourth, from), whole);
          int rest = (int) (to - from) - whole / Float.BYTES;
          if (rest > 0) {
            long tail = Scratch.TAIL.address(4L * Lanes.BYTES);
            long[] blocks = {first, second, third, fourth};
            for (int b = 0; b < blocks.length; b++) {
              if (blocks[b] != 0) {
                Lanes.pad(at(blocks[b], from) + whole, rest, 0, tail + (long) b * Lanes.BYTES);
              }
            }
            step.run(
                tail,
                tail + Lanes.BYTES,
                tail + 2L * Lanes.BYTES,
                tail + 3L * Lanes.BYTES,
                Lanes.BYTES);
            for (int b = 0; b < blocks.length; b++) {
              if (blocks[b] != 0) {
                Lanes.unpad(tail + (long) b * Lanes.BYTES, rest, at(blocks[b], from) + whole);
              }
            }
          }
        });
  }

  private static long at(long block, long element) {
    return block + element * Float.BYTES;
  }

  @Override
  public void sgd(Sgd config, long n, Memory parameter, Memory grad, Memory velocity) {
    try (var memory = new Address("sgd")) {
      long p = memory.output("parameter", parameter, n);
      long g = memory.input("grad", grad, n);
      var step =
          new OptimizerSteps.Sgd(
              (float) config.lr(),
              (float) config.momentum(),
              (float) (1 - config.dampening()),
              (float) config.weightDecay(),
              (float) config.gradScale(),
              config.nesterov(),
              config.first());
      if (config.momentum() == 0) {
        forEach(
            n,
            p,
            g,
            0,
            0,
            (a, b, _, _, bytes) -> OptimizerSteps.sgdWithoutMomentum(step, a, b, bytes));
        return;
      }
      long v = memory.output("velocity", velocity, n);
      forEach(n, p, g, v, 0, (a, b, c, _, bytes) -> OptimizerSteps.sgd(step, a, b, c, bytes));
    }
  }

  @Override
  public void adam(Adam config, long n, Memory parameter, Memory grad, Memory m, Memory v) {
    try (var memory = new Address("adam")) {
      long p = memory.output("parameter", parameter, n);
      long g = memory.input("grad", grad, n);
      long first = memory.output("m", m, n);
      long second = memory.output("v", v, n);
      double t = (double) config.step();
      double root = Math.sqrt(1 - Math.pow(config.beta2(), t));
      var step =
          new OptimizerSteps.Adam(
              (float) (config.decoupled() ? 1 - config.lr() * config.weightDecay() : 1),
              (float) (config.decoupled() ? 0 : config.weightDecay()),
              (float) config.gradScale(),
              (float) (1 - config.beta1()),
              (float) config.beta2(),
              (float) (1 - config.beta2()),
              (float) (config.lr() / (1 - Math.pow(config.beta1(), t)) * root),
              (float) (config.eps() * root));
      forEach(
          n,
          p,
          g,
          first,
          second,
          (a, b, c, d, bytes) -> OptimizerSteps.adam(step, a, b, c, d, bytes));
    }
  }

  @Override
  public boolean unscale(double factor, List<Block> grads) {
    boolean finite = true;
    for (Block b : grads) {
      elementwise.affine(b.n(), factor, 0, b.memory(), b.memory());
      finite &= reduce.allFinite(b.n(), b.memory());
    }
    return finite;
  }

  @Override
  public void ema(long n, double decay, Memory parameter, Memory shadow) {
    try (var memory = new Address("ema")) {
      long p = memory.input("parameter", parameter, n);
      long s = memory.output("shadow", shadow, n);
      forEach(
          n,
          p,
          s,
          0,
          0,
          (a, b, _, _, bytes) -> OptimizerSteps.ema((float) (1 - decay), a, b, bytes));
    }
  }
}
