package org.kanface.data.verify;

import java.util.List;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.ImageSource;
import org.kanface.data.image.Fit;
import org.kanface.data.image.RgbImage;

/// A named list of pairs over a list of images, cut into folds.
///
/// Images are read when asked for, so a set costs the memory of its pairs. Closing it closes the
/// images.
public final class VerificationSet implements AutoCloseable {
  /// Images `a` and `b`, whether they show the same person, and the fold the pair belongs to.
  public record Pair(int a, int b, boolean same, int fold) {}

  private final String name;
  private final ImageSource images;
  private final List<Pair> pairs;
  private final int folds;

  /// Throws [DataException] for a set without pairs; image numbers and folds are the caller's to
  /// get right.
  public VerificationSet(String name, ImageSource images, List<Pair> pairs, int folds) {
    if (pairs.isEmpty()) {
      throw DataException.of("Verification set %s holds no pair.", name);
    }
    for (var p : pairs) {
      if (Math.min(p.a, p.b) < 0
          || Math.max(p.a, p.b) >= images.size()
          || p.fold < 0
          || p.fold >= folds) {
        throw DataException.of(
            "Verification set %s: %s refers outside its %d images and %d folds.",
            name, p, images.size(), folds);
      }
    }
    this.name = name;
    this.images = images;
    this.pairs = List.copyOf(pairs);
    this.folds = folds;
  }

  public String name() {
    return name;
  }

  public ImageSource images() {
    return images;
  }

  public List<Pair> pairs() {
    return pairs;
  }

  /// How many folds the pairs are cut into; 1 where there are too few pairs to cut.
  public int folds() {
    return folds;
  }

  /// The images as a data set of one class, for a loader: `side × side` pixels each, others brought
  /// there by the shorter side, bicubic, as the reference does.
  ///
  /// Reading an image that is not square then throws [DataException]. Closing the data set leaves
  /// this set open.
  public FaceDataset faces(int side) {
    return faces(side, Fit.SQUARE);
  }

  /// The same, brought to `side × side` pixels another way.
  public FaceDataset faces(int side, Fit fit) {
    return new Faces(images, side, fit);
  }

  @Override
  public void close() {
    images.close();
  }

  /// Contiguous folds without shuffling: of `n` pairs in `folds` folds, the first `n mod folds` get
  /// one more.
  static int contiguousFold(int pair, int n, int folds) {
    int small = n / folds;
    int larger = n % folds;
    int head = larger * (small + 1);
    return pair < head ? pair / (small + 1) : larger + (pair - head) / small;
  }

  private record Faces(ImageSource images, int side, Fit fit) implements FaceDataset {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public int classes() {
      return 1;
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public String name(int index) {
      return images.name(index);
    }

    @Override
    public RgbImage image(int index) {
      var image = images.image(index);
      if (!fit.takes(image)) {
        throw DataException.of(
            "Image %s is %d x %d pixels, expected a square of an aligned face.",
            images.name(index), image.width(), image.height());
      }
      return fit.of(image, side);
    }
  }
}
