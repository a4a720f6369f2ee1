package org.kanface.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kanface.config.DataConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceSubset;
import org.kanface.data.split.HeldOutPairs;
import org.kanface.data.split.Split;
import org.kanface.data.verify.VerificationSet;
import org.kanface.tensor.Json;

/// The images of a configuration: those to train on, and those it holds back.
///
/// @param whole all of them
/// @param train what an epoch visits: every image for training once, then those that come again
/// @param originals how many of them come first and, where some come again, stay unchanged
/// @param split the parts, where there are any
/// @param how it was split
record TrainingData(
    FaceDataset whole, FaceDataset train, int originals, @Nullable Split split, DataConfig how)
    implements AutoCloseable {

  static TrainingData open(TrainConfig config) {
    FaceDataset whole = DataSources.training(config);
    DataConfig how = config.data();
    Split split = DataSources.split(whole, how);
    if (split == null && how.augmentedCopy() == 0) {
      return new TrainingData(whole, whole, whole.size(), null, how);
    }
    int[] all = IntStream.range(0, whole.size()).toArray();
    Split parts = split == null ? new Split(all, new int[0], new int[0]) : split;
    int[] again = parts.again(how.augmentedCopy(), how.splitSeed());
    int[] visited = IntStream.concat(IntStream.of(parts.train()), IntStream.of(again)).toArray();
    FaceDataset train =
        how.split() == DataConfig.Split.IDENTITY
            ? new FaceSubset(whole, visited)
            : FaceSubset.keepingIdentities(whole, visited);
    return new TrainingData(whole, train, parts.train().length, split, how);
  }

  /// The first image that random changes reach.
  int augmentFrom() {
    return how.augmentedCopy() > 0 ? originals : 0;
  }

  /// Images of known people, where everybody is in every part.
  ///
  /// @param validation judges every epoch
  /// @param test judges the end
  record KnownPeople(FaceDataset validation, FaceDataset test) {}

  Optional<KnownPeople> knownPeople() {
    return split == null || how.split() != DataConfig.Split.IMAGE
        ? Optional.empty()
        : Optional.of(
            new KnownPeople(
                FaceSubset.keepingIdentities(whole, split.validation()),
                FaceSubset.keepingIdentities(whole, split.test())));
  }

  /// Pairs of people who are in no other part, `validation` and `test`; empty where there are none.
  List<VerificationSet> strangers() {
    return split == null || how.split() != DataConfig.Split.IDENTITY
        ? List.of()
        : strangers(whole, split, how);
  }

  static List<VerificationSet> strangers(FaceDataset whole, Split split, DataConfig how) {
    return List.of(
        HeldOutPairs.of(
            DataSources.VALIDATION,
            new FaceSubset(whole, split.validation()),
            how.heldOutPairs(),
            how.splitSeed()),
        HeldOutPairs.of(
            DataSources.TEST,
            new FaceSubset(whole, split.test()),
            how.heldOutPairs(),
            how.splitSeed()));
  }

  /// Sizes of the parts, for the manifest.
  Map<String, Object> sizes() {
    Map<String, Object> out = Json.of("train", originals, "again", train.size() - originals);
    if (split != null) {
      out.put("validation", split.validation().length);
      out.put("test", split.test().length);
    }
    return out;
  }

  @Override
  public void close() {
    whole.close();
  }
}
