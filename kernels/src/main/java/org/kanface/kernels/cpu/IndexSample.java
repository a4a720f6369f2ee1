package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// The rows with the largest draws, by counting: a sort takes longer than the rest of a step where
/// rows are many. Bits of floats that are not negative are in their order.
///
/// @param draws their address
record IndexSample(long draws, long rows) {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int VALUES = 1 << Short.SIZE;

  /// The positives ascending and without repeats. They are the callers' promise, kept here too: a
  /// wrong one would be a read of foreign memory.
  static long[] distinct(long positives, long n, long rows) {
    var own = new long[Math.toIntExact(n)];
    for (int i = 0; i < own.length; i++) {
      own[i] = SPACE.get(LONG, at(positives, i));
      if (own[i] < -1 || own[i] >= rows) {
        throw new IndexOutOfBoundsException(
            "[sample rows] positives[%d]: expected -1 to %d, got %d"
                .formatted(i, rows - 1, own[i]));
      }
    }
    return Arrays.stream(own).filter(row -> row >= 0).sorted().distinct().toArray();
  }

  /// Writes the rows, ascending: those of `own` and the others with the largest draws.
  void take(long[] own, long count, long taken) {
    if (count < own.length || count > rows) {
      throw new IllegalArgumentException(
          "[sample rows] count: expected %d (the positives) to %d, got %d"
              .formatted(own.length, rows, count));
    }
    long others = count - own.length;
    int last = Integer.MAX_VALUE; // the smallest bits that are taken
    if (others > 0) {
      long[] upper = counted(own, Short.SIZE, 0);
      int high = place(upper, others);
      others -= above(upper, high);
      long[] lower = counted(own, 0, high);
      int low = place(lower, others);
      others -= above(lower, low); // with just these bits
      last = high << Short.SIZE | low;
    }
    int next = 0;
    long written = 0;
    for (long i = 0; i < rows && written < count; i++) {
      boolean taking = next < own.length && own[next] == i;
      if (taking) {
        next++;
      } else {
        int bits = bits(i);
        taking = bits > last || (bits == last && others-- > 0);
      }
      if (taking) {
        SPACE.set(LONG, at(taken, written++), i);
      }
    }
  }

  /// How many draws but those of `own` have each value of 16 bits from `shift`, and `above` in the
  /// bits over them.
  private long[] counted(long[] own, int shift, int above) {
    var counts = new long[VALUES];
    for (long i = 0; i < rows; i++) {
      int bits = bits(i) >>> shift;
      if (bits >>> Short.SIZE == above) {
        counts[bits & (VALUES - 1)]++;
      }
    }
    for (long row : own) {
      int bits = bits(row) >>> shift;
      if (bits >>> Short.SIZE == above) {
        counts[bits & (VALUES - 1)]--;
      }
    }
    return counts;
  }

  /// The value of the one at place `wanted` from above.
  private static int place(long[] counts, long wanted) {
    int value = counts.length;
    for (long left = wanted; left > 0; left -= counts[value]) {
      value--;
    }
    return value;
  }

  private static long above(long[] counts, int value) {
    return Arrays.stream(counts, value + 1, counts.length).sum();
  }

  /// Where each positive stands among those taken, -1 for -1.
  static void find(long positives, long n, long taken, long count, long places) {
    for (long i = 0; i < n; i++) {
      long row = SPACE.get(LONG, at(positives, i));
      long low = 0;
      long high = count;
      while (low < high) {
        long middle = (low + high) >>> 1;
        if (SPACE.get(LONG, at(taken, middle)) < row) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      SPACE.set(LONG, at(places, i), row < 0 ? -1 : low);
    }
  }

  private int bits(long row) {
    return SPACE.get(INT, draws + row * Float.BYTES);
  }

  private static long at(long numbers, long i) {
    return numbers + i * Long.BYTES;
  }
}
