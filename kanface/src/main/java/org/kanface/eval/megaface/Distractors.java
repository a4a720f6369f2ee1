package org.kanface.eval.megaface;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.ImageFolder;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;

/// All images of a folder and its sub-folders in an order drawn from a seed, as aligned faces that
/// are nobody among the probes.
public final class Distractors implements FaceDataset {
  private final Path folder;
  private final List<String> files;
  private final int side;

  /// @param side pixels a side that images are brought to
  public Distractors(Path folder, long seed, int side) {
    this.folder = folder;
    this.side = side;
    files = new ArrayList<>(ImageFolder.images(folder));
    Collections.shuffle(files, new Random(seed));
  }

  @Override
  public int size() {
    return files.size();
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
    return folder.resolve(files.get(index)).toString();
  }

  @Override
  public RgbImage image(int index) {
    return square(ImageCodec.decode(folder.resolve(files.get(index))), name(index), side);
  }

  /// `image` brought to `side` pixels. Throws [DataException] unless it is square.
  static RgbImage square(RgbImage image, String name, int side) {
    if (image.width() != image.height()) {
      throw DataException.of(
          "Image %s is %d x %d pixels, expected a square of an aligned face.",
          name, image.width(), image.height());
    }
    return image.width() == side ? image : Resampling.BICUBIC.resizeShorterSide(image, side);
  }
}
