package org.kanface.config;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Sentences about keys that are not there: the reference's that have no meaning here, and slips of
/// the keyboard.
final class Retired {
  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("dali", "there is one loader for every kind of data"),
          Map.entry("dali_aug", "set down_up=0.1 blur=0.2 hue=0.2 grey=0.1 for the same changes"),
          Map.entry(
              "wandb_key",
              "keys do not belong into files; set WANDB_API_KEY where you call wandb sync"),
          Map.entry("num_image", "it is called num_images"),
          Map.entry("total_batch_size", "it is computed"),
          Map.entry("warmup_step", "it is computed from warmup_epoch"),
          Map.entry("total_step", "it is computed from num_epoch"));

  private Retired() {}

  static String explain(String key, List<String> known) {
    String reason = REASONS.get(key);
    if (reason != null) {
      return "%s: no such key; %s".formatted(key, reason);
    }
    String nearest = nearest(key, known);
    int limit = Math.max(2, key.length() / 2);
    return distance(key, nearest) <= limit
        ? "%s: no such key; did you mean %s?".formatted(key, nearest)
        : "%s: no such key; the nearest is %s".formatted(key, nearest);
  }

  /// The name with the smallest [#distance]; the first of several.
  static String nearest(String word, List<String> names) {
    return names.stream().min(Comparator.comparingInt(name -> distance(word, name))).orElseThrow();
  }

  /// Edit distance: insertions, deletions, replacements and swaps of neighbours (Damerau 1964, in
  /// the restricted form that edits no place twice).
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
