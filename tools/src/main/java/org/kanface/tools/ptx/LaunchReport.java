package org.kanface.tools.ptx;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What a launch did.
public final class LaunchReport {
  private final Launch launch;
  private final Counters counters;
  private final List<String> findings;
  private final @Nullable Profiler profiler;
  private final double seconds;
  private final int workers;

  LaunchReport(
      Launch launch,
      Counters counters,
      List<String> findings,
      @Nullable Profiler profiler,
      double seconds,
      int workers) {
    this.launch = launch;
    this.counters = counters;
    this.findings = findings;
    this.profiler = profiler;
    this.seconds = seconds;
    this.workers = workers;
  }

  /// What the sanitizers found; empty if nothing, or if they were off.
  public List<String> findings() {
    return findings;
  }

  /// Wall-clock time.
  public double seconds() {
    return seconds;
  }

  /// Host threads that ran blocks.
  public int workers() {
    return workers;
  }

  /// Instructions executed, each counted once for a warp.
  public long warpInstructions() {
    return sum(false);
  }

  /// Instructions executed, counted once for each lane that took part.
  public long threadInstructions() {
    return sum(true);
  }

  /// Requests of warps to global memory; 0 without a profile.
  public long globalRequests() {
    return sum("global", r -> r.requests);
  }

  /// Sectors of 32 bytes that the requests to global memory touched, each on its own.
  public long globalSectors() {
    return sum("global", r -> r.sectors);
  }

  /// Distinct bytes of global memory that were touched, in whole sectors; 0 without a profile.
  public long touchedBytes() {
    return profiler == null ? 0 : profiler.touchedBytes();
  }

  /// Passes over the banks of shared memory beyond those that the bytes need; 0 without a profile.
  public long bankConflicts() {
    return Math.max(0, sum("shared", r -> r.passes - r.idealPasses));
  }

  /// The share of the roofline's speed on a GPU (`"h100"`) that these instructions and accesses to
  /// memory allow, 0 to 1; it is lower where multiprocessors idle or wait. Needs a profile. Throws
  /// [IllegalArgumentException] for a GPU that is not known.
  public double rooflineShare(String gpu) {
    return new Profile(this, Gpu.named(gpu)).rooflineShare();
  }

  private long sum(String space, ToLongFunction<Profiler.Row> of) {
    return profiler == null
        ? 0
        : profiler.rows().values().stream().filter(r -> r.space.equals(space)).mapToLong(of).sum();
  }

  private long sum(boolean lanes) {
    long sum = 0;
    for (Code code : counters.codes()) {
      long[] row = lanes ? counters.lanes(code) : counters.executions(code);
      for (int i = 0; i < row.length; i++) {
        sum += code.ops[i].counted ? row[i] : 0;
      }
    }
    return sum;
  }

  Launch launch() {
    return launch;
  }

  Counters counters() {
    return counters;
  }

  @Nullable Profiler profiler() {
    return profiler;
  }
}
