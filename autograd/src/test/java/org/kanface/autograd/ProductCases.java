package org.kanface.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kanface.autograd.op.GeluLinear;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.Matmul;
import org.kanface.tensor.Shape;

/// Matrix products, plain and batched, and affine maps.
final class ProductCases {
  private ProductCases() {}

  static Stream<OpCase> all() {
    var cases = new ArrayList<OpCase>();
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        String t = (transA ? "t" : "n") + (transB ? "t" : "n");
        cases.add(matmul("matmul/" + t, transA, transB, 3, 5, 7));
        cases.add(matmul("matmul/" + t + " batched", transA, transB, 4, 3, 5, 2, 3));
        cases.add(matmul("matmul/" + t + " large", transA, transB, 67, 45, 129).asLarge());
        cases.add(matmul("matmul/" + t + " heads", transA, transB, 25, 25, 49, 3, 4).asLarge());
        cases.add(matmul("matmul/" + t + " nothing to sum", transA, transB, 3, 2, 0));
      }
    }
    cases.add(matmul("matmul/one element", false, false, 1, 1, 1));
    cases.add(matmul("matmul/no rows", false, true, 0, 3, 4));
    cases.add(matmul("matmul/no batch", false, false, 2, 3, 4, 0));
    cases.add(matmul("matmul/row by matrix", false, false, 1, 19, 33));
    cases.add(
        OpCase.of(
                "matmul/with itself",
                v -> Matmul.of(v.get(0), v.get(0), false, true),
                Shape.of(4, 6))
            .summing(6));
    for (boolean gelu : new boolean[] {false, true}) {
      String name = gelu ? "geluLinear" : "linear";
      cases.add(linear(name, gelu, true, 5, 7, 3));
      cases.add(linear(name + "/no bias", gelu, false, 5, 7, 3));
      cases.add(linear(name + "/one", gelu, true, 1, 1, 1));
      cases.add(linear(name + "/no rows", gelu, true, 0, 4, 3));
      cases.add(linear(name + "/low rank", gelu, true, 147, 96, 19).asLarge());
      cases.add(linear(name + "/odd", gelu, true, 33, 127, 65).asLarge());
    }
    cases.add(
        OpCase.of(
                "linear/three axes",
                v -> Linear.of(v.get(0), v.get(1), v.get(2)),
                Shape.of(2, 3, 4),
                Shape.of(5, 4),
                Shape.of(5))
            .summing(6));
    return cases.stream();
  }

  private static OpCase matmul(
      String name, boolean transA, boolean transB, long m, long n, long k, long... batch) {
    return OpCase.of(
            name,
            v -> Matmul.of(v.get(0), v.get(1), transA, transB),
            transA ? matrix(k, m, batch) : matrix(m, k, batch),
            transB ? matrix(n, k, batch) : matrix(k, n, batch))
        .summing(Math.max(k, Math.max(m, n)));
  }

  private static Shape matrix(long rows, long cols, long... batch) {
    long[] dims = Arrays.copyOf(batch, batch.length + 2);
    dims[batch.length] = rows;
    dims[batch.length + 1] = cols;
    return Shape.of(dims);
  }

  private static OpCase linear(
      String name, boolean gelu, boolean bias, long rows, long in, long out) {
    var shapes = new ArrayList<>(List.of(Shape.of(rows, in), Shape.of(out, in)));
    if (bias) {
      shapes.add(Shape.of(out));
    }
    return OpCase.of(
            name,
            v -> {
              Var b = bias ? v.get(2) : null;
              return gelu ? GeluLinear.of(v.get(0), v.get(1), b) : Linear.of(v.get(0), v.get(1), b);
            },
            shapes.toArray(Shape[]::new))
        .summing(Math.max(in, Math.max(rows, out)));
  }
}
