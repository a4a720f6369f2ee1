package org.kanface.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A second column of a throughput benchmark: 10⁹ floating-point operations a second.
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class FlopCounter {
  /// Billions of operations so far; JMH divides by the time.
  public double gflops;

  void add(long flops) {
    gflops += flops * 1e-9;
  }
}
