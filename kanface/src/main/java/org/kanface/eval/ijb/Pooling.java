package org.kanface.eval.ijb;

/// What goes into a face's feature before faces are pooled. The published numbers have all three
/// on.
///
/// @param flip the outputs for the image and its mirror image are added; else the image's alone
/// @param normScore the feature keeps its length, which says how well the face can be seen; else it
///     is brought to length 1
/// @param detectorScore the feature is multiplied by the detector's score
public record Pooling(boolean flip, boolean normScore, boolean detectorScore) {
  public static final Pooling PUBLISHED = new Pooling(true, true, true);

  /// The feature of one face, in single precision as published.
  ///
  /// @param plain outputs for images, row-major
  /// @param mirrored outputs for mirror images; unread where `flip` is off
  void feature(float[] plain, float[] mirrored, int at, float score, float[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = flip ? plain[at + i] + mirrored[at + i] : plain[at + i];
    }
    if (!normScore) {
      double squares = 0;
      for (float v : out) {
        squares += (double) v * v;
      }
      double length = squares == 0 ? 1 : Math.sqrt(squares);
      for (int i = 0; i < out.length; i++) {
        out[i] = (float) (out[i] / length);
      }
    }
    if (detectorScore) {
      for (int i = 0; i < out.length; i++) {
        out[i] *= score;
      }
    }
  }
}
