package org.kanface.data.synthetic;

import java.util.ArrayList;
import org.kanface.data.DataException;
import org.kanface.data.verify.VerificationSet;

/// Verification over synthetic people.
public final class SyntheticVerification {
  private static final int FOLDS = 10;

  private SyntheticVerification() {}

  /// Pair `p` shows images of identity `first + p / 2`: of it alone where `p` is even (same), and
  /// with an image of the next identity where `p` is odd (different). Ten contiguous folds, each
  /// with as many of both as can be.
  ///
  /// It takes `pairs / 2 + 1` identities from `first` on; keep them apart from those trained on.
  public static VerificationSet of(SyntheticFaces faces, long first, int pairs) {
    if (pairs < 2 * FOLDS) {
      throw DataException.of(
          "A synthetic verification set needs at least %d pairs, got %d.", 2 * FOLDS, pairs);
    }
    int identities = (pairs + 1) / 2 + 1;
    var images = new SyntheticDataset(faces, first, identities, 4);
    var list = new ArrayList<VerificationSet.Pair>(pairs);
    for (int p = 0; p < pairs; p++) {
      int image = p / 2 * 4;
      int fold = (int) ((long) (p / 2) * FOLDS / ((pairs + 1) / 2));
      list.add(
          p % 2 == 0
              ? new VerificationSet.Pair(image, image + 1, true, fold)
              : new VerificationSet.Pair(image + 2, image + 4 + 3, false, fold));
    }
    return new VerificationSet("synthetic", images, list, FOLDS);
  }
}
