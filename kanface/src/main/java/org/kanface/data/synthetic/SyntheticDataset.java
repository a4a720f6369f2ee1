package org.kanface.data.synthetic;

import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.image.RgbImage;

/// A range of synthetic identities with equally many images each: image `i` is image `i mod m` of
/// identity `first + i / m`, its label `i / m`.
public final class SyntheticDataset implements FaceDataset {
  private final SyntheticFaces faces;
  private final long firstIdentity;
  private final int identities;
  private final int imagesEach;

  /// Disjoint ranges of identities under one seed give people that do not occur in each other's
  /// set.
  public SyntheticDataset(
      SyntheticFaces faces, long firstIdentity, int identities, int imagesEach) {
    if (identities < 1 || imagesEach < 1 || (long) identities * imagesEach > Integer.MAX_VALUE) {
      throw DataException.of(
          "Synthetic data needs at least one identity and one image each, together below 2^31, got"
              + " %d x %d.",
          identities, imagesEach);
    }
    this.faces = faces;
    this.firstIdentity = firstIdentity;
    this.identities = identities;
    this.imagesEach = imagesEach;
  }

  @Override
  public int size() {
    return identities * imagesEach;
  }

  @Override
  public int classes() {
    return identities;
  }

  @Override
  public int label(int index) {
    return index / imagesEach;
  }

  @Override
  public String name(int index) {
    return "synthetic/%06d/%04d".formatted(firstIdentity + label(index), index % imagesEach);
  }

  @Override
  public String className(int label) {
    return "%06d".formatted(firstIdentity + label);
  }

  @Override
  public RgbImage image(int index) {
    return faces.render(firstIdentity + label(index), index % imagesEach);
  }
}
