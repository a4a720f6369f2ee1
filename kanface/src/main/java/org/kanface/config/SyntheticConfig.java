package org.kanface.config;

/// Generated faces, used where `rec` is `synthetic`.
///
/// @param identities people in the training set
/// @param imagesPerIdentity images of each
/// @param valPairs pairs of the verification set, half of them of one person
/// @param difficulty spread within an identity: 0 none, 1 the default task, up to 1.5
/// @param syntheticSeed of the generator; another seed gives other people
public record SyntheticConfig(
    int identities, int imagesPerIdentity, int valPairs, double difficulty, long syntheticSeed) {

  public SyntheticConfig {
    Bounds.atLeast("identities", identities, 2);
    Bounds.atLeast("images_per_identity", imagesPerIdentity, 2);
    Bounds.within("val_pairs", valPairs, 20, 1_000_000);
    Bounds.within("difficulty", difficulty, 0, 1.5);
  }

  /// Training images in all.
  public long images() {
    return (long) identities * imagesPerIdentity;
  }
}
