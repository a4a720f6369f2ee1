package org.kanface.tools.ptx;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Peak numbers of a GPU, from its data sheet, for the roofline and for occupancy.
///
/// @param singleTflops fp32 outside tensor cores, in 10^12 operations a second
/// @param bandwidth of its memory, in GB/s
/// @param multiprocessors how many
/// @param clock of these, at most, in GHz
/// @param threads resident on a multiprocessor at most
/// @param blocks resident on a multiprocessor at most
/// @param sharedBytes for all blocks on a multiprocessor
/// @param registers for all threads on a multiprocessor
record Gpu(
    String name,
    double singleTflops,
    double doubleTflops,
    double bandwidth,
    int multiprocessors,
    double clock,
    int threads,
    int blocks,
    int sharedBytes,
    int registers) {

  private static final List<Gpu> KNOWN =
      List.of(
          new Gpu("v100", 15.7, 7.8, 900, 80, 1.53, 2048, 32, 96 << 10, 65536),
          new Gpu("t4", 8.1, 0.25, 320, 40, 1.59, 1024, 16, 64 << 10, 65536),
          new Gpu("a100", 19.5, 9.7, 1555, 108, 1.41, 2048, 32, 164 << 10, 65536),
          new Gpu("rtx3090", 35.6, 0.556, 936, 82, 1.695, 1536, 16, 100 << 10, 65536),
          new Gpu("rtx4090", 82.6, 1.29, 1008, 128, 2.52, 1536, 24, 100 << 10, 65536),
          new Gpu("l4", 30.3, 0.47, 300, 58, 2.04, 1536, 24, 100 << 10, 65536),
          new Gpu("h100", 66.9, 33.5, 3350, 132, 1.98, 2048, 32, 228 << 10, 65536),
          new Gpu("h200", 66.9, 33.5, 4800, 132, 1.98, 2048, 32, 228 << 10, 65536));

  static List<String> names() {
    return KNOWN.stream().map(Gpu::name).toList();
  }

  static Gpu named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return Stream.concat(KNOWN.stream(), Stream.empty())
        .filter(g -> g.name.equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the GPU '%s' is not known; there are %s."
                        .formatted(name, String.join(", ", names()))));
  }

  /// Blocks that fit on a multiprocessor at a time; registers per thread are not known before the
  /// assembler has run, so they do not count here.
  int residentBlocks(long threadsPerBlock, int sharedPerBlock) {
    long warps = (threadsPerBlock + 31) / 32;
    long byThreads = threads / 32 / warps;
    long byShared = sharedPerBlock == 0 ? blocks : sharedBytes / (sharedPerBlock + 1024L);
    return (int) Math.min(blocks, Math.min(byThreads, byShared));
  }

  /// Cycles a second of all multiprocessors together.
  double cycles() {
    return multiprocessors * clock * 1e9;
  }
}
