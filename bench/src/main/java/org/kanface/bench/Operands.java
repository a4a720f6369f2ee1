package org.kanface.bench;

import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.kanface.kernels.HostMemory;

/// Two inputs, an output and a bias, filled with numbers in [-1, 1) from a fixed seed.
record Operands(HostMemory a, HostMemory b, HostMemory c, HostMemory bias)
    implements AutoCloseable {
  static Operands of(long a, long b, long c, long bias) {
    var random = new SplittableRandom(1);
    return new Operands(
        random(random, a), random(random, b), random(random, c), random(random, bias));
  }

  private static HostMemory random(SplittableRandom random, long count) {
    var memory = HostMemory.allocate(count * Float.BYTES);
    for (long i = 0; i < count; i++) {
      memory.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return memory;
  }

  @Override
  public void close() {
    a.close();
    b.close();
    c.close();
    bias.close();
  }
}
