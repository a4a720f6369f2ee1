package org.kanface.detect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// Non-maximum suppression: of boxes that cover each other too much, only the best one stays.
enum Suppression {
  /// Shared area over the area of both together.
  UNION {
    @Override
    double share(FaceBox a, FaceBox b) {
      double both = a.overlap(b);
      return both / (a.area() + b.area() - both);
    }
  },
  /// Shared area over that of the smaller box: also drops boxes inside others.
  SMALLER {
    @Override
    double share(FaceBox a, FaceBox b) {
      return a.overlap(b) / Math.min(a.area(), b.area());
    }
  };

  abstract double share(FaceBox a, FaceBox b);

  /// What stays, best first; among equal scores the earlier one wins. An item goes where it shares
  /// more than `limit` with one that stays.
  <T> List<T> apply(
      List<T> items, Function<T, FaceBox> box, Function<T, Double> score, double limit) {
    var kept = new ArrayList<T>();
    for (T item : items.stream().sorted(Comparator.comparing(score).reversed()).toList()) {
      FaceBox own = box.apply(item);
      if (kept.stream().noneMatch(k -> share(box.apply(k), own) > limit)) {
        kept.add(item);
      }
    }
    return kept;
  }
}
