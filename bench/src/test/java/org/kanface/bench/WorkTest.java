package org.kanface.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.kanface.tensor.Device;

/// Every row of the table runs once, so that none rots, and leaves no tensor behind.
class WorkTest {
  @TestFactory
  Stream<DynamicTest> rowsRun() {
    return Work.all().stream().map(w -> DynamicTest.dynamicTest(w.what(), () -> once(w)));
  }

  private static void once(Work row) {
    long alive = Device.cpu().pool().stats().liveBlocks();
    var large = row.large();
    try (Workload workload = large == null ? row.setup().on("cpu") : large.small().get()) {
      workload.run();
    }
    assertThat(Device.cpu().pool().stats().liveBlocks()).isEqualTo(alive);
  }

  @Test
  void namesAreDistinctAndKnown() {
    assertThat(Work.all()).extracting(Work::what).doesNotHaveDuplicates();
    assertThat(Work.of("partialfc_617970x512_r0.3_b128/train").isAskedBy("")).isFalse();
    assertThat(Work.of("partialfc_617970x512_r0.3_b128/train").isAskedBy("partialfc")).isTrue();
    assertThatThrownBy(() -> Work.of("sgemm"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no work is called sgemm");
  }

  @Test
  void offHeapMemoryIsReadFromTheJvmsReport() {
    String report =
        """
        -                  Internal (reserved=220KB, committed=220KB)
                                    (malloc=184KB #1500) (peak=190KB #1501)
        -                     Other (reserved=3000KB, committed=3000KB)
                                    (malloc=3000KB #12) (peak=5000KB #14)
        """;
    var atPeak = report.replace("(peak=5000KB #14)", "(at peak)");

    assertThat(ProcessMemory.parse(1, report)).isEqualTo(new ProcessMemory(1, 3.072, 5.12));
    assertThat(ProcessMemory.parse(1, atPeak)).isEqualTo(new ProcessMemory(1, 3.072, 3.072));
    assertThat(ProcessMemory.parse(1, report).since(new ProcessMemory(1, 0.5, 4), 500_000))
        .isEqualTo(new ProcessMemory(1, 3.072 - 1, 5.12 - 1));
  }
}
