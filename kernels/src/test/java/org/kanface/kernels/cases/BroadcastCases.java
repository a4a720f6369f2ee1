package org.kanface.kernels.cases;

import java.util.Arrays;
import java.util.stream.Stream;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Strided;

/// Functions of two arguments and copies along strides: broadcasting, transposes, slices.
final class BroadcastCases {
  private record Walk(String name, Strided strided, long first, long second) {
    static Walk of(String name, long[] dims, long[] first, long[] second) {
      return new Walk(
          name, Strided.of(dims, first, second), extent(dims, first), extent(dims, second));
    }

    private static long extent(long[] dims, long[] strides) {
      if (Arrays.stream(dims).anyMatch(d -> d == 0)) {
        return 0;
      }
      long last = 0;
      for (int i = 0; i < dims.length; i++) {
        last += (dims[i] - 1) * strides[i];
      }
      return last + 1;
    }
  }

  private static final Walk[] WALKS = {
    Walk.of("same 1", dims(1), dims(1), dims(1)),
    Walk.of("same 0", dims(0), dims(1), dims(1)),
    Walk.of("same 17", dims(17), dims(1), dims(1)),
    Walk.of("same 1021", dims(1021), dims(1), dims(1)),
    Walk.of("same 70001", dims(70_001), dims(1), dims(1)),
    Walk.of("row to all rows", dims(7, 33), dims(33, 1), dims(0, 1)),
    Walk.of("all rows to row", dims(7, 16), dims(0, 1), dims(16, 1)),
    Walk.of("column to all columns", dims(9, 17), dims(17, 1), dims(1, 0)),
    Walk.of("column first", dims(9, 15), dims(1, 0), dims(15, 1)),
    Walk.of("scalar second", dims(1021), dims(1), dims(0)),
    Walk.of("scalar first", dims(33), dims(0), dims(1)),
    Walk.of("both scalars", dims(37), dims(0), dims(0)),
    Walk.of("row by column", dims(13, 19), dims(0, 1), dims(1, 0)),
    Walk.of("channels of NHWC", dims(2, 5, 7, 19), dims(665, 133, 19, 1), dims(0, 0, 0, 1)),
    Walk.of("samples of NHWC", dims(3, 35, 16), dims(560, 16, 1), dims(16, 0, 1)),
    Walk.of("first transposed", dims(31, 18), dims(1, 31), dims(18, 1)),
    Walk.of("second transposed", dims(18, 33), dims(33, 1), dims(1, 18)),
    Walk.of("every other", dims(41), dims(2), dims(3)),
    Walk.of("empty inside", dims(3, 0, 5), dims(5, 5, 1), dims(0, 0, 1)),
  };

  /// Copies; in a target every element is written at most once.
  private static final Walk[] COPIES = {
    Walk.of("NHWC to NCHW", dims(2, 5, 6, 7), dims(210, 1, 35, 5), dims(210, 42, 7, 1)),
    Walk.of("NCHW to NHWC", dims(2, 6, 7, 5), dims(210, 7, 1, 42), dims(210, 35, 5, 1)),
    Walk.of("OIHW to OHWI", dims(33, 3, 3, 17), dims(153, 3, 1, 9), dims(153, 51, 17, 1)),
    Walk.of("transpose 64x48", dims(48, 64), dims(1, 48), dims(64, 1)),
    Walk.of("transpose 67x101", dims(101, 67), dims(1, 101), dims(67, 1)),
    Walk.of("transpose 300x260", dims(260, 300), dims(1, 260), dims(300, 1)),
    Walk.of("batched transpose", dims(3, 17, 33), dims(561, 1, 17), dims(561, 33, 1)),
    Walk.of("slice of channels", dims(35, 13), dims(40, 1), dims(13, 1)),
    Walk.of("concatenate channels", dims(35, 17), dims(17, 1), dims(40, 1)),
    Walk.of("broadcast row", dims(9, 33), dims(0, 1), dims(33, 1)),
    Walk.of("broadcast column", dims(9, 33), dims(1, 0), dims(33, 1)),
    Walk.of("every third", dims(35), dims(3), dims(1)),
    Walk.of("to every third", dims(35), dims(1), dims(3)),
    Walk.of("nothing", dims(0, 4), dims(4, 1), dims(4, 1)),
    Walk.of("heads", dims(2, 4, 49, 25), dims(4900, 25, 100, 1), dims(4900, 1225, 25, 1)),
  };

  private BroadcastCases() {}

  private static long[] dims(long... values) {
    return values;
  }

  static Stream<KernelCase> all() {
    var cases = Stream.<KernelCase>builder();
    for (Walk w : WALKS) {
      for (Binary f : Binary.values()) {
        cases.add(binary(f, w));
      }
    }
    for (Binary f : Binary.values()) {
      cases.add(inPlace(f));
      cases.add(withNan(f));
    }
    for (Walk w : COPIES) {
      cases.add(copy(w));
    }
    return cases.build();
  }

  private static KernelCase binary(Binary f, Walk w) {
    return KernelCase.of("elementwise/%s %s", f, w.name)
        .tolerance(Tolerance.relative(1))
        .in(w.first)
        .in(w.second, Fill.POSITIVE)
        .out(w.strided.numel())
        .calls((k, m) -> k.elementwise().binary(f, w.strided, m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase inPlace(Binary f) {
    var same = Strided.of(dims(333), dims(1), dims(1));
    var row = Strided.of(dims(9, 37), dims(37, 1), dims(0, 1));
    return KernelCase.of("elementwise/%s in place", f)
        .tolerance(Tolerance.relative(1))
        .in(333, Fill.POSITIVE)
        .inOut(333)
        .inOut(333, Fill.POSITIVE)
        .inOut(333)
        .calls(
            (k, m) -> {
              k.elementwise().binary(f, same, m.get(1), m.get(0), m.get(1));
              k.elementwise().binary(f, same, m.get(0), m.get(2), m.get(2));
              k.elementwise().binary(f, row, m.get(3), m.get(0), m.get(3));
            });
  }

  private static KernelCase withNan(Binary f) {
    var same = Strided.of(dims(1021), dims(1), dims(1));
    return KernelCase.of("elementwise/%s with NaN", f)
        .tolerance(Tolerance.relative(1))
        .in(1021, Fill.UNIT.with(0.2, Double.NaN))
        .in(1021, Fill.UNIT.with(0.2, Double.NaN))
        .out(1021)
        .calls((k, m) -> k.elementwise().binary(f, same, m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase copy(Walk w) {
    return KernelCase.of("elementwise/copy %s", w.name)
        .tolerance(Tolerance.EXACT)
        .in(w.first)
        .inOut(w.second)
        .calls((k, m) -> k.elementwise().copy(w.strided, m.get(0), m.get(1)));
  }
}
