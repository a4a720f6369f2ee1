package org.kanface.eval.ijb;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.kanface.data.DataException;

/// The pairs of templates to compare, `{prefix}_template_pair_label.txt`: `template1 template2
/// label` without a header, separated by spaces, label 1 where both are one person.
///
/// Nine bytes a pair: IJB-B has 8 million, IJB-C 16 million.
public final class PairList {
  private static final String PAIR = "template1 template2 label";

  private final int[] first; // template ids
  private final int[] second;
  private final boolean[] same;

  private PairList(int[] first, int[] second, boolean[] same) {
    this.first = first;
    this.second = second;
    this.same = same;
  }

  /// Reads the list from the folder `meta`. Throws [DataException] with file and line where a line
  /// is malformed.
  public static PairList read(Path meta, IjbTarget target) {
    var first = new Ints();
    var second = new Ints();
    boolean[] same = new boolean[1024];
    Path file = meta.resolve(target.prefix() + "_template_pair_label.txt");
    try (var lines = new MetaReader(file, ' ', PAIR)) {
      while (lines.next()) {
        lines.expect(3);
        int pair = first.size();
        first.add(lines.integer(0));
        second.add(lines.integer(1));
        int label = lines.integer(2);
        if (label != 0 && label != 1) {
          throw lines.bad("label %d".formatted(label));
        }
        if (pair == same.length) {
          same = Arrays.copyOf(same, pair + (pair >> 1));
        }
        same[pair] = label == 1;
      }
    }
    if (first.size() == 0) {
      throw DataException.of("%s is empty: expected lines of \"%s\".", file, PAIR);
    }
    return of(first.toArray(), second.toArray(), Arrays.copyOf(same, first.size()));
  }

  /// Pairs from elsewhere; the arrays are kept, not copied.
  static PairList of(int[] first, int[] second, boolean[] same) {
    return new PairList(first, second, same);
  }

  public int size() {
    return first.length;
  }

  /// The id of a pair's first template.
  public int first(int pair) {
    return first[pair];
  }

  public int second(int pair) {
    return second[pair];
  }

  /// Whether each pair is one person; the list's own array.
  public boolean[] same() {
    return same;
  }

  /// Throws [DataException] where a pair names a template without faces.
  ///
  /// @param rowOf the row of a template's id, negative where there is none
  void check(IntUnaryOperator rowOf) {
    for (int p = 0; p < first.length; p++) {
      for (int id : new int[] {first[p], second[p]}) {
        if (rowOf.applyAsInt(id) < 0) {
          throw DataException.of(
              "Pair %d of %d names template %d, which has no face.", p + 1, first.length, id);
        }
      }
    }
  }
}
