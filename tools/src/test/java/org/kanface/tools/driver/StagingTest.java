package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;

/// Uploads through pinned memory: a source that changes as soon as the copy returns, more of them
/// than there are slots, and growing ones. The simulated driver finds pinned memory that is written
/// to too early.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class StagingTest {
  private static final long[] SIZES = {4, 1000, 70_000, 12, 200_000, 65_536, 8, 4, 300_000, 40};

  @Test
  void sourcesMayChangeAtOnce() {
    Kernels kernels = Backends.kernels("cuda-sim", DType.F32);
    List<Memory> blocks = new ArrayList<>();
    try (var source = HostMemory.allocate(300_000)) {
      for (int i = 0; i < SIZES.length; i++) {
        source.segment().fill((byte) (i + 1));
        Memory block = kernels.allocate(SIZES[i]);
        kernels.copy(source, block, SIZES[i]);
        blocks.add(block);
      }
      var heap = MemorySegment.ofArray(new float[] {1, 2, 3});
      Memory last = kernels.allocate(12);
      kernels.copy(HostMemory.of(heap), last, 12);
      heap.fill((byte) 0);
      for (int i = 0; i < SIZES.length; i++) {
        var expected = new byte[(int) SIZES[i]];
        Arrays.fill(expected, (byte) (i + 1));
        assertThat(content(kernels, blocks.get(i))).as("%d", i).isEqualTo(expected);
        blocks.get(i).close();
      }
      float[] values = new float[3];
      kernels.copy(last, HostMemory.of(MemorySegment.ofArray(values)), 12);
      assertThat(values).containsExactly(1, 2, 3);
      last.close();
    }
  }

  private static byte[] content(Kernels kernels, Memory block) {
    var bytes = new byte[(int) block.byteSize()];
    kernels.copy(block, HostMemory.of(MemorySegment.ofArray(bytes)), bytes.length);
    return bytes;
  }
}
