package org.kanface.eval.ijb;

import java.util.Arrays;

/// Features of templates: unit rows in double precision, by ascending id. `8 · dim` bytes each.
public final class Templates {
  private final int[] ids; // ascending
  private final double[][] rows; // [template, dim]

  Templates(int[] ids, double[][] rows) {
    this.ids = ids;
    this.rows = rows;
  }

  public int size() {
    return ids.length;
  }

  /// The id of row `row`.
  public int id(int row) {
    return ids[row];
  }

  /// The row of a template; negative where there is none of this id.
  public int row(int id) {
    return Arrays.binarySearch(ids, id);
  }

  /// The feature itself, of length 1; of zeros where the network gave nothing else.
  double[] feature(int row) {
    return rows[row];
  }

  /// Cosine of two rows.
  public double similarity(int a, int b) {
    return dot(rows[a], rows[b]);
  }

  // Four sums, so that additions need not wait for each other; the order is fixed.
  static double dot(double[] a, double[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i < a.length - 3; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
