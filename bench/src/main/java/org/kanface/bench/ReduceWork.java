package org.kanface.bench;

import java.util.List;

/// Sums: a bias's gradient, global pooling, a gradient's norm; attention's softmax.
final class ReduceWork {
  private static final long HEADS = 32 * 4 * 48L; // rows of KANFace's attention, 48 wide

  private ReduceWork() {}

  static List<Work> rows() {
    return List.of(
        Work.kernel("sum_rows_6272x400/forward", b -> sum(b, 1, 6272, 400)),
        Work.kernel("sum_cols_6272x400/forward", b -> sum(b, 6272, 400, 1)),
        Work.kernel("sum_product_6272x400/forward", ReduceWork::sumProduct),
        Work.kernel("sum_of_squares_10m/forward", ReduceWork::sumOfSquares),
        Work.kernel("max_cols_6272x400/forward", ReduceWork::max),
        Work.kernel("softmax_6144x48/forward", ReduceWork::softmax),
        Work.kernel("softmax_6144x48/backward", ReduceWork::softmaxBackward));
  }

  private static Workload sum(Blocks b, long outer, long n, long inner) {
    var x = b.of(outer * n * inner);
    var y = b.of(outer * inner);
    var reduce = b.kernels.reduce();
    return b.runs(() -> reduce.sum(outer, n, inner, 1, x, y));
  }

  private static Workload sumProduct(Blocks b) {
    var x = b.of(6272 * 400);
    var z = b.of(6272 * 400);
    var y = b.of(400);
    var reduce = b.kernels.reduce();
    return b.runs(() -> reduce.sumProduct(6272, 400, x, z, y));
  }

  private static Workload sumOfSquares(Blocks b) {
    long n = UpdateWork.PARAMETERS;
    var x = b.of(n);
    var reduce = b.kernels.reduce();
    return b.runs(
        () -> {
          if (Double.isNaN(reduce.sumOfSquares(n, x))) {
            throw new ArithmeticException("not a number");
          }
        });
  }

  private static Workload max(Blocks b) {
    var x = b.of(6272 * 400);
    var y = b.of(6272);
    var index = b.labels(6272, 1);
    var reduce = b.kernels.reduce();
    return b.runs(() -> reduce.max(6272, 400, 1, x, y, index));
  }

  private static Workload softmax(Blocks b) {
    var x = b.of(HEADS * 48);
    var y = b.of(HEADS * 48);
    var reduce = b.kernels.reduce();
    return b.runs(() -> reduce.softmax(HEADS, 48, x, y));
  }

  private static Workload softmaxBackward(Blocks b) {
    var y = b.between(0, 0.04, HEADS * 48);
    var dy = b.of(HEADS * 48);
    var dx = b.of(HEADS * 48);
    var reduce = b.kernels.reduce();
    return b.runs(() -> reduce.softmaxBackward(HEADS, 48, y, dy, dx));
  }
}
