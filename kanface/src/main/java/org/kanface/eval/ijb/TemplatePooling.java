package org.kanface.eval.ijb;

import org.kanface.data.DataException;

/// Faces to templates: a medium's feature is the mean of its faces' features, a template's the sum
/// of its media's, divided by its length.
///
/// Takes the faces in the order of [FaceList#pooled()], so that beside the finished templates only
/// one medium and one template are in memory, and sums have one order.
final class TemplatePooling {
  private final FaceList faces;
  private final int[] order;
  private final Pooling pooling;
  private final int[] ids;
  private final double[][] rows;
  private float[] feature = new float[0];
  private double[] medium = new double[0];
  private int inMedium; // faces so far
  private int done; // faces in all
  private int template = -1; // the current row

  TemplatePooling(FaceList faces, int[] order, Pooling pooling) {
    this.faces = faces;
    this.order = order;
    this.pooling = pooling;
    var found = new Ints();
    for (int i = 0; i < order.length; i++) {
      if (i == 0 || faces.template(order[i]) != faces.template(order[i - 1])) {
        found.add(faces.template(order[i]));
      }
    }
    ids = found.toArray();
    rows = new double[ids.length][];
  }

  /// The next `count` faces' outputs, `[count, dim]` each.
  void accept(int count, float[] plain, float[] mirrored, int dim) {
    if (feature.length != dim) {
      feature = new float[dim];
      medium = new double[dim];
    }
    for (int i = 0; i < count; i++) {
      face(order[done], plain, mirrored, i * dim);
      done++;
    }
  }

  /// How many faces have been taken.
  int done() {
    return done;
  }

  private void face(int face, float[] plain, float[] mirrored, int at) {
    boolean newTemplate = done == 0 || faces.template(face) != ids[template];
    if (newTemplate || faces.medium(face) != faces.medium(order[done - 1])) {
      closeMedium();
    }
    if (newTemplate) {
      template++;
      rows[template] = new double[feature.length];
    }
    pooling.feature(plain, mirrored, at, faces.score(face), feature);
    for (int i = 0; i < feature.length; i++) {
      medium[i] += feature[i];
    }
    inMedium++;
  }

  private void closeMedium() {
    for (int i = 0; i < medium.length && inMedium > 0; i++) {
      rows[template][i] += medium[i] / inMedium;
      medium[i] = 0;
    }
    inMedium = 0;
  }

  /// The templates, after all faces. Throws [DataException] where the network's outputs are not
  /// finite.
  Templates finish() {
    if (done != order.length) {
      throw new IllegalStateException(
          "[pooling] expected %d faces, got %d".formatted(order.length, done));
    }
    closeMedium();
    for (int t = 0; t < ids.length; t++) {
      double[] row = rows[t];
      double length = Math.sqrt(Templates.dot(row, row));
      if (!Double.isFinite(length)) {
        throw DataException.of(
            "Template %d: the network's embeddings of its faces are not finite.", ids[t]);
      }
      for (int i = 0; i < row.length && length > 0; i++) {
        row[i] /= length;
      }
    }
    return new Templates(ids, rows);
  }
}
