package org.kanface.eval.megaface;

import java.nio.file.Path;
import org.kanface.data.FaceDataset;
import org.kanface.data.FolderDataset;
import org.kanface.data.image.RgbImage;

/// Aligned faces in a folder with one sub-folder a person, brought to the network's size.
public final class Probes implements FaceDataset {
  private final FolderDataset base;
  private final int side;

  /// Throws [org.kanface.data.DataException] where the folder is not of this kind.
  public Probes(Path folder, int side) {
    base = FolderDataset.open(folder);
    this.side = side;
  }

  /// The person of each image.
  public int[] labels() {
    int[] labels = new int[base.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = base.label(i);
    }
    return labels;
  }

  @Override
  public int size() {
    return base.size();
  }

  @Override
  public int classes() {
    return base.classes();
  }

  @Override
  public int label(int index) {
    return base.label(index);
  }

  @Override
  public String name(int index) {
    return base.name(index);
  }

  @Override
  public RgbImage image(int index) {
    return Distractors.square(base.image(index), base.name(index), side);
  }
}
