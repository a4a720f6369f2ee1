package org.kanface.report;

import java.util.ArrayList;
import java.util.List;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.verify.VerificationSet;
import org.kanface.eval.HardPair;
import org.kanface.eval.VerificationResult;

/// A hard pair with its two images as PNG files.
///
/// @param set the verification set
public record PairImages(String set, HardPair pair, byte[] firstPng, byte[] secondPng) {

  /// The hardest pairs of a set with their images. For generated faces only: a report with
  /// photographs of people is not for passing on.
  public static List<PairImages> hardest(VerificationSet set, VerificationResult result) {
    List<PairImages> pairs = new ArrayList<>();
    for (HardPair hard : result.hardest()) {
      VerificationSet.Pair pair = set.pairs().get(hard.pair());
      pairs.add(
          new PairImages(
              set.name(),
              hard,
              ImageCodec.encodePng(set.images().image(pair.a())),
              ImageCodec.encodePng(set.images().image(pair.b()))));
    }
    return List.copyOf(pairs);
  }
}
