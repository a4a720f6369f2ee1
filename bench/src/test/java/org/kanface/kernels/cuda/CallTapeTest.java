package org.kanface.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.simulated.TinyTraining;
import org.kanface.tensor.Device;

/// Work that is run again and again through CUDA graphs of the simulated driver: the same results
/// to the bit as without, also where it suddenly does something else.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CallTapeTest {
  private static final int STEPS = 8;

  private final Device device = Device.of("cuda-sim");

  private CallTape.Stats stats(Object key) {
    return ((CudaKernels) device.kernels(DType.F32)).context().tapeStats(key);
  }

  @Test
  void trainingGoesThroughGraphsToTheSameWeights() {
    try (var plain = TinyTraining.kanFace(device);
        var repeated = TinyTraining.kanFace(device)) {
      repeated.load(plain);
      double[] losses = IntStream.range(0, STEPS).mapToDouble(plain::step).toArray();
      for (int step = 0; step < STEPS; step++) {
        int number = step;
        var loss = new double[1];
        device.repeated("a training", () -> loss[0] = repeated.step(number));
        assertThat(loss[0]).as("step %d", step).isEqualTo(losses[step]);
      }
      plain
          .state()
          .forEach(
              (key, p) ->
                  assertThat(repeated.state().get(key).external())
                      .as(key)
                      .containsExactly(p.external()));
      CallTape.Stats stats = stats("a training");
      assertThat(stats.replayed()).isGreaterThanOrEqualTo(STEPS - 5);
      assertThat(stats.missed()).isLessThanOrEqualTo(1); // where the pool has grown once more
      assertThat(stats.updates()).isPositive(); // Adam's factors, the dropped paths
    }
  }

  /// The rows that 8 samples take, each of other draws.
  private List<long[]> samples(@Nullable Object key) {
    long rows = 3000;
    long count = 1000;
    long bytes = count * Long.BYTES;
    var samples = new ArrayList<long[]>();
    Kernels kernels = device.kernels(DType.F32);
    try (var draws = kernels.allocate(rows * Float.BYTES);
        var positives = kernels.allocate(32);
        var taken = kernels.allocate(bytes);
        var places = kernels.allocate(32);
        var host = HostMemory.allocate(bytes)) {
      host.segment().copyFrom(MemorySegment.ofArray(new long[] {7, 2999, -1, 7}));
      kernels.copy(host, positives, 32);
      for (int run = 0; run < STEPS; run++) {
        int seed = run;
        Runnable once =
            () -> {
              kernels.random().uniform(rows, seed, 0, 0, 1, draws);
              kernels.index().sampleRows(rows, 4, count, draws, positives, taken, places);
            };
        if (key == null) {
          once.run();
        } else {
          kernels.repeated(key, once);
        }
        kernels.copy(taken, host, bytes);
        samples.add(host.segment().asSlice(0, bytes).toArray(ValueLayout.JAVA_LONG));
      }
    }
    return samples;
  }

  @Test
  void samplesGoThroughGraphsToTheSameRows() {
    List<long[]> plain = samples(null);

    assertThat(samples("a sample")).containsExactlyElementsOf(plain);
    assertThat(stats("a sample").replayed()).isGreaterThanOrEqualTo(STEPS - 5);
    assertThat(plain.get(0)).isNotEqualTo(plain.get(1)).contains(7, 2999);
  }

  /// What 8 runs leave in a block of 4: six launches each, then `more`.
  private List<float[]> results(@Nullable Object key, ObjIntConsumer<Memory> more) {
    var results = new ArrayList<float[]>();
    Kernels kernels = device.kernels(DType.F32);
    try (var memory = kernels.allocate(16);
        var host = HostMemory.allocate(16)) {
      kernels.elementwise().fill(4, 1, memory);
      for (int run = 0; run < STEPS; run++) {
        int number = run;
        Runnable once =
            () -> {
              for (int call = 0; call < 6; call++) {
                kernels.elementwise().affine(4, 1.25, number + call, memory, memory);
              }
              more.accept(memory, number);
            };
        if (key == null) {
          once.run();
        } else {
          kernels.repeated(key, once);
        }
        kernels.copy(memory, host, 16);
        results.add(host.segment().toArray(ValueLayout.JAVA_FLOAT));
      }
    }
    return results;
  }

  private CallTape.Stats compare(String key, ObjIntConsumer<Memory> more) {
    assertThat(results(key, more)).containsExactlyElementsOf(results(null, more));
    return stats(key);
  }

  @Test
  void argumentsChange() {
    CallTape.Stats stats = compare("other arguments", (memory, run) -> {});
    assertThat(stats.replayed()).isEqualTo(STEPS - 3);
    assertThat(stats.updates()).isEqualTo(6L * (STEPS - 3));
  }

  @Test
  void workThatChangesOnceIsRecordedAnew() {
    Kernels kernels = device.kernels(DType.F32);
    CallTape.Stats stats =
        compare(
            "another call",
            (memory, run) -> {
              if (run == 4) {
                kernels.elementwise().axpy(4, 2, memory, memory);
              } else {
                kernels.elementwise().fill(1, run, memory);
              }
            });
    assertThat(stats).isEqualTo(new CallTape.Stats(2, 2, 3, 1, stats.updates()));
  }

  /// More keys than tapes are kept of: the one that runs is not the oldest that goes.
  @Test
  void otherWorkMeanwhileLeavesTheTapeThatRuns() {
    Kernels kernels = device.kernels(DType.F32);
    ObjIntConsumer<Memory> others =
        (memory, run) -> {
          for (int other = 0; other < 20; other++) {
            kernels.repeated(
                "beside " + other, () -> kernels.elementwise().affine(4, 1, 1, memory, memory));
          }
        };
    List<float[]> taped = results("with others beside it", others);
    assertThat(stats("with others beside it").replayed()).isEqualTo(STEPS - 3);
    assertThat(taped).containsExactlyElementsOf(results(null, others));
  }

  /// A library's call that goes only to the stream that runs.
  private record Uncapturable(CudaContext context, FillCall fill) implements DeviceCall {
    @Override
    public void enqueue(CUstream stream) {
      if (stream.equals(context.captures())) {
        throw new CudaException(900, "a call", "not permitted", "the stream is capturing");
      }
      fill.enqueue(stream);
    }
  }

  @Test
  void workThatCannotBeCapturedGoesOnWithoutGraphs() {
    CudaContext context = ((CudaKernels) device.kernels(DType.F32)).context();
    CallTape.Stats stats =
        compare(
            "a call that cannot be captured",
            (memory, run) -> {
              var fill = new FillCall(context.mine(memory).pointer(), (byte) run, 4);
              context.enqueue(new Uncapturable(context, fill));
            });
    assertThat(stats).isEqualTo(new CallTape.Stats(STEPS - 1, 1, 0, 0, 0));
  }

  @Test
  void workThatEndsEarlyOrReadsInBetween() {
    Kernels kernels = device.kernels(DType.F32);
    try (var host = HostMemory.allocate(16)) {
      compare(
          "a shorter run and a copy",
          (memory, run) -> {
            if (run == 5) {
              kernels.copy(memory, host, 16);
            } else if (run != 6) {
              kernels.elementwise().affine(4, 2, run, memory, memory);
              kernels.copy(memory, host, 16);
              kernels
                  .elementwise()
                  .affine(4, host.segment().get(ValueLayout.JAVA_FLOAT, 0), 0, memory, memory);
            }
          });
    }
  }

  @Test
  void workThatFailsLeavesWhatItAskedFor() {
    Kernels kernels = device.kernels(DType.F32);
    try (var memory = kernels.allocate(16);
        var host = HostMemory.allocate(16)) {
      for (int run = 0; run < STEPS; run++) {
        kernels.elementwise().fill(4, 0, memory);
        int number = run;
        Runnable work =
            () -> {
              for (int call = 0; call < 4; call++) {
                kernels.elementwise().affine(4, 1, 1, memory, memory);
              }
              if (number == 5) {
                throw new IllegalStateException("stopped");
              }
              kernels.elementwise().affine(4, 1, 1, memory, memory);
            };
        if (run == 5) {
          assertThatThrownBy(() -> kernels.repeated("fails", work)).hasMessage("stopped");
        } else {
          kernels.repeated("fails", work);
        }
        kernels.copy(memory, host, 16);
        assertThat(host.segment().get(ValueLayout.JAVA_FLOAT, 4)).isEqualTo(run == 5 ? 4 : 5);
      }
    }
  }
}
