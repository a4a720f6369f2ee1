package org.kanface.kernels.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A list of blocks as a kernel of `many.cu` gets it: addresses and lengths of up to `capacity` of
/// them, each cut into parts of `span` elements, and the first part of each.
///
/// @param fields the structure's 64-bit fields
/// @param parts of all its blocks
record ManyBlocks(long[] fields, long parts) {
  /// One block of the list: where it and what belongs to it lie, and its elements.
  record Entry(long n, long... addresses) {}

  /// Cuts a list of any length into such structures; blocks without elements are left out.
  static List<ManyBlocks> of(List<Entry> entries, int capacity, long span) {
    var full = entries.stream().filter(e -> e.n > 0).toList();
    var tables = new ArrayList<ManyBlocks>();
    for (int from = 0; from < full.size(); from += capacity) {
      var some = full.subList(from, Math.min(full.size(), from + capacity));
      tables.add(of(some, some.getFirst().addresses.length, capacity, span));
    }
    return tables;
  }

  private static ManyBlocks of(List<Entry> entries, int addresses, int capacity, long span) {
    var fields = new long[(addresses + 2) * capacity + 1];
    int lengths = addresses * capacity;
    int first = lengths + capacity;
    long parts = 0;
    for (int t = 0; t < entries.size(); t++) {
      Entry e = entries.get(t);
      for (int a = 0; a < addresses; a++) {
        fields[a * capacity + t] = e.addresses[a];
      }
      fields[lengths + t] = e.n;
      fields[first + t] = parts;
      parts += Math.ceilDiv(e.n, span);
    }
    Arrays.fill(fields, first + entries.size(), fields.length, parts);
    return new ManyBlocks(fields, parts);
  }
}
