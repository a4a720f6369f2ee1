package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.tools.ptx.Dim3;

/// `sample.cu` against the plain loops.
final class SampleKernelTest {
  private static final Dim3 GRID = Dim3.of(2);
  private static final Dim3 BLOCK = Dim3.of(96);
  private static final Dim3 WARPS = Dim3.of(32, 8);
  private static final Dim3 SCANNERS = Dim3.of(1024);
  private static final int[][] DIGITS = {{20, 11}, {10, 10}, {0, 10}};

  /// @param spread positives are below it
  /// @param kinds of draws, 0 for any
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 0",
    "5, 0, 1, 3, 0",
    "31, 3, 3, 31, 0",
    "33, 40, 9, 12, 2",
    "1023, 64, 900, 300, 0",
    "1025, 7, 3, 3, 4",
    "1025, 7, 1025, 1024, 1",
    "20011, 128, 20011, 6003, 0",
    "20011, 128, 20011, 6003, 5"
  })
  void samples(long rows, long n, long spread, long count, int kinds) {
    try (var b = new Workbench("sample", rows)) {
      Twin keys =
          b.values(
              "keys", rows, i -> kinds == 0 ? b.nextDouble() * 0.9999 : i % kinds / (double) kinds);
      Twin positives = b.indices("positives", n, -1, spread);
      Twin taken = b.outBytes("taken", count, 8);
      Twin places = b.outBytes("places", n, 8);
      Twin state = b.indices("state", 2, 0, 1);
      long chunks = (rows + 1023) / 1024;
      Twin sums = b.outBytes("sums", 2 * chunks, 8);
      Workbench.REFERENCE
          .index()
          .sampleRows(rows, n, count, keys.host(), positives.host(), taken.host(), places.host());

      b.launch("sample_mark_f32", GRID, BLOCK, 0, positives, keys, n);
      for (int[] digit : DIGITS) {
        Twin bins = b.indices("bins", 2048, 0, 1);
        b.launch("sample_bins_f32", GRID, BLOCK, 0, keys, state, bins, rows, digit[0], digit[1]);
        b.launch("sample_digit_i64", Dim3.of(1), SCANNERS, 0, bins, state, count, digit[0]);
      }
      b.launch("sample_count_f32", GRID, WARPS, 0, keys, state, sums, rows);
      b.launch("sample_scan_i64", Dim3.of(1), SCANNERS, 0, sums, chunks);
      b.launch("sample_take_f32", GRID, WARPS, 0, keys, state, sums, taken, rows, count);
      b.launch("sample_places_i64", GRID, BLOCK, 0, positives, taken, places, n, count);

      b.requireSameLongs(taken);
      b.requireSameLongs(places);
    }
  }

  /// More chunks than the one block has threads.
  @ParameterizedTest
  @CsvSource({"1", "1024", "1025", "3000"})
  void chunksAreAddedUp(long chunks) {
    try (var b = new Workbench("sample", chunks)) {
      Twin sums = b.indices("sums", 2 * chunks, 0, 1 << 20);
      long[] expected = b.longs(sums);
      long[] before = new long[2];
      for (int i = 0; i < expected.length; i++) {
        long mine = expected[i];
        expected[i] = before[i % 2];
        before[i % 2] += mine;
      }
      b.launch("sample_scan_i64", Dim3.of(1), SCANNERS, 0, sums, chunks);

      assertThat(b.longs(sums)).isEqualTo(expected);
    }
  }
}
