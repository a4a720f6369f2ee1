package org.kanface.kernels.reference;

import org.kanface.kernels.DType;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Philox;
import org.kanface.kernels.RandomKernels;

/// Random numbers, one draw after the other.
record RandomReference(DType type) implements RandomKernels {
  private static double draw(long seed, long stream, long i) {
    return Philox.toUniform(Philox.draw(seed, stream, i));
  }

  @Override
  public void uniform(long n, long seed, long stream, double low, double high, Memory y) {
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      ys.set(i, low + (high - low) * draw(seed, stream, i));
    }
  }

  @Override
  public void normal(long n, long seed, long stream, double mean, double std, Memory y) {
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      long pair = i & ~1L;
      double r = Math.sqrt(-2 * Math.log(1 - draw(seed, stream, pair)));
      double angle = 2 * Math.PI * draw(seed, stream, pair + 1);
      ys.set(i, mean + std * r * (i == pair ? Math.cos(angle) : Math.sin(angle)));
    }
  }

  @Override
  public void dropout(long rows, long cols, double p, long seed, long stream, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    double threshold = Elements.round(p, type);
    for (long i = 0; i < rows; i++) {
      boolean kept = draw(seed, stream, i) >= threshold;
      for (long at = i * cols; at < (i + 1) * cols; at++) {
        ys.set(at, kept ? xs.get(at) / (1 - threshold) : 0);
      }
    }
  }
}
