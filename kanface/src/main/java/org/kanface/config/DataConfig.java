package org.kanface.config;

import java.util.List;

/// Where images come from and how they are cut into batches.
///
/// @param rec folder with `train.rec` and `train.idx`, or with one folder an identity; the word
///     `synthetic` for generated faces
/// @param valRec folder of the verification sets; empty: `rec`
/// @param valTargets verification sets by name; absent ones are named and passed over
/// @param numClasses identities; 0: counted in the data
/// @param numImages images an epoch, for the learning rate; 0: counted in the data
/// @param batchSize images a step and process
/// @param numWorkers threads that decode and augment
/// @param damaged what to do with an image that cannot be read
/// @param resize scale images of other sizes to `image_size` instead of refusing them
/// @param dropLast leave out an epoch's last batch where it is not full
/// @param split of the images of `rec` in training, validation and test
/// @param splitSeed of the split and of the images that come twice; apart from `seed`, so that
///     trainings can share a split
/// @param augmentedCopy share of the training images that come a second time in every epoch: random
///     changes then reach the copies alone; 0 for every image once and changed
/// @param heldOutPairs pairs of each part where `split` is by identity, half of them of one person
public record DataConfig(
    String rec,
    String valRec,
    List<String> valTargets,
    int numClasses,
    long numImages,
    int batchSize,
    int numWorkers,
    Damaged damaged,
    boolean resize,
    boolean dropLast,
    Split split,
    long splitSeed,
    double augmentedCopy,
    int heldOutPairs) {
  /// The value of `rec` that stands for generated faces.
  public static final String SYNTHETIC = "synthetic";

  /// Reactions to a damaged image.
  public enum Damaged {
    SKIP,
    FATAL
  }

  /// What becomes of the images of `rec`: 88, 7.2 and 4.8 % where they are split.
  public enum Split {
    /// All are trained on.
    NONE,
    /// Nobody is in two parts; validation and test are sets of pairs of strangers.
    IDENTITY,
    /// Everybody is in every part, as EfficientFR does it: for closed-set accuracy and F1.
    IMAGE
  }

  public DataConfig {
    valTargets = List.copyOf(valTargets);
    ConfigException.require(
        !rec.isBlank(), "rec: expected a folder of images, or the word synthetic, got nothing");
    ConfigException.require(
        numClasses == 0 || numClasses >= 2,
        "num_classes: expected 2 or more, or 0 to count them in the data, got %d",
        numClasses);
    Bounds.atLeast("num_images", numImages, 0);
    Bounds.atLeast("batch_size", batchSize, 1);
    Bounds.within("num_workers", numWorkers, 1, 1024);
    Bounds.within("split_seed", splitSeed, 0, 0xFFFF_FFFFL);
    Bounds.within("augmented_copy", augmentedCopy, 0, 1);
    Bounds.within("held_out_pairs", heldOutPairs, 20, 1_000_000);
  }

  /// Whether faces are generated.
  public boolean isSynthetic() {
    return rec.equals(SYNTHETIC);
  }

  /// The folder of the verification sets: `val_rec`, or `rec` where that is empty.
  public String valFolder() {
    return valRec.isEmpty() ? rec : valRec;
  }
}
