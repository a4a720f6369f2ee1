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
    try (Workload workload = row.setup().get()) {
      workload.run();
    }
    assertThat(Device.cpu().pool().stats().liveBlocks()).isEqualTo(alive);
  }

  @Test
  void namesAreDistinctAndKnown() {
    assertThat(Work.all()).extracting(Work::what).doesNotHaveDuplicates();
    assertThatThrownBy(() -> Work.of("sgemm"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("no work is called sgemm");
  }
}
