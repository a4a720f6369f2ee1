package org.kanface.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.config.DataConfig;
import org.kanface.config.SyntheticConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.FaceDataset;
import org.kanface.data.FolderDataset;
import org.kanface.data.record.RecordDataset;
import org.kanface.data.split.Split;
import org.kanface.data.synthetic.SyntheticDataset;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.data.synthetic.SyntheticVerification;
import org.kanface.data.verify.BinFile;
import org.kanface.data.verify.PairsFile;
import org.kanface.data.verify.VerificationSet;

/// Opens what a configuration names: the training images and the verification sets.
public final class DataSources {
  /// Names of the sets that a split of the training images by identity gives.
  static final String VALIDATION = "validation";

  static final String TEST = "test";

  private static final long UNSEEN = 1L << 32; // first identity of synthetic verification

  private DataSources() {}

  /// The verification sets that are there, and the names of those that are not.
  public record Validation(List<VerificationSet> sets, List<String> absent)
      implements AutoCloseable {
    @Override
    public void close() {
      sets.forEach(VerificationSet::close);
    }
  }

  /// Generated faces, a folder with `train.rec`, or a folder with one sub-folder an identity; where
  /// the images are to be split, such folders may lie in `train`, `val` and `test` too.
  public static FaceDataset training(TrainConfig config) {
    if (config.data().isSynthetic()) {
      SyntheticConfig s = config.synthetic();
      return new SyntheticDataset(faces(config), 0, s.identities(), s.imagesPerIdentity());
    }
    Path root = Path.of(config.data().rec());
    return Files.exists(root.resolve("train.rec"))
        ? RecordDataset.open(root)
        : config.data().split() == DataConfig.Split.NONE
            ? FolderDataset.open(root)
            : FolderDataset.openParts(root);
  }

  /// The parts of the training images; null where they are one.
  static @Nullable Split split(FaceDataset whole, DataConfig how) {
    return switch (how.split()) {
      case NONE -> null;
      case IMAGE -> Split.byImage(whole, how.splitSeed());
      case IDENTITY -> Split.byIdentity(whole, how.splitSeed());
    };
  }

  /// As [#validation], and the sets of people held back from training where the configuration holds
  /// some back and its images are there.
  static Validation everything(TrainConfig config) {
    Validation named = validation(config);
    if (config.data().split() != DataConfig.Split.IDENTITY) {
      return named;
    }
    var sets = new ArrayList<>(named.sets());
    var absent = new ArrayList<>(named.absent());
    if (config.data().isSynthetic() || Files.isDirectory(Path.of(config.data().rec()))) {
      FaceDataset whole = training(config);
      Split split = Split.byIdentity(whole, config.data().splitSeed());
      sets.addAll(TrainingData.strangers(whole, split, config.data()));
    } else {
      absent.addAll(List.of(VALIDATION, TEST));
    }
    return new Validation(sets, absent);
  }

  /// For each of `val_targets`: `synthetic`, or in the folder of verification sets `NAME.bin`,
  /// `NAME/pairs.txt` over the images in `NAME/`, or `DIR/LIST.txt` for a name with a slash.
  public static Validation validation(TrainConfig config) {
    var sets = new ArrayList<VerificationSet>();
    var absent = new ArrayList<String>();
    Path root = Path.of(config.data().valFolder());
    for (String name : config.data().valTargets()) {
      if (name.equals("synthetic")) {
        sets.add(SyntheticVerification.of(faces(config), UNSEEN, config.synthetic().valPairs()));
        continue;
      }
      Path bin = root.resolve(name + ".bin");
      Path pairs =
          name.contains("/")
              ? root.resolve(name + ".txt")
              : root.resolve(name).resolve("pairs.txt");
      if (Files.exists(bin)) {
        sets.add(BinFile.open(bin));
      } else if (Files.exists(pairs)) {
        VerificationSet found =
            PairsFile.open(pairs, pairs.toAbsolutePath().normalize().resolveSibling("."));
        sets.add(new VerificationSet(name, found.images(), found.pairs(), found.folds()));
      } else {
        absent.add(name);
      }
    }
    return new Validation(sets, absent);
  }

  private static SyntheticFaces faces(TrainConfig config) {
    SyntheticConfig s = config.synthetic();
    return new SyntheticFaces(
        s.syntheticSeed(), (float) s.difficulty(), config.model().imageSize());
  }
}
