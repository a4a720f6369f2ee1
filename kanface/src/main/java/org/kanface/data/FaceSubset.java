package org.kanface.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.kanface.data.image.RgbImage;

/// Some images of another data set, in the order given; identities that are left get new numbers 0,
/// 1, … in the order of their old ones. Closing it leaves the other set open.
public final class FaceSubset implements FaceDataset, EncodedImages {
  private final FaceDataset base;
  private final int[] indices;
  private final int[] labels; // of each image here
  private final int[] oldLabels; // of each class here

  /// Throws [IndexOutOfBoundsException] for indices outside the data set.
  public FaceSubset(FaceDataset base, int[] indices) {
    this(base, indices, Arrays.stream(indices).map(base::label).distinct().sorted().toArray());
  }

  private FaceSubset(FaceDataset base, int[] indices, int[] oldLabels) {
    this.base = base;
    this.indices = indices.clone();
    this.oldLabels = oldLabels;
    labels =
        Arrays.stream(indices).map(i -> Arrays.binarySearch(oldLabels, base.label(i))).toArray();
  }

  /// The same with the identities' old numbers: all of the other set's, whether or not an image of
  /// theirs is left. An image may occur more than once.
  public static FaceSubset keepingIdentities(FaceDataset base, int[] indices) {
    return new FaceSubset(base, indices, IntStream.range(0, base.classes()).toArray());
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int classes() {
    return oldLabels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public String name(int index) {
    return base.name(indices[index]);
  }

  @Override
  public String className(int label) {
    return base.className(oldLabels[label]);
  }

  @Override
  public RgbImage image(int index) {
    return base.image(indices[index]);
  }

  @Override
  public byte[] encoded(int index) {
    return EncodedImages.of(base, indices[index]);
  }

  @Override
  public void close() {}
}
