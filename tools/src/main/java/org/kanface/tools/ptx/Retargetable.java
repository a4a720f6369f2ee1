package org.kanface.tools.ptx;

/// An op that names instructions by number, until their ops are known.
interface Retargetable {
  /// `starts[n]` is the first op of instruction `n`.
  void retarget(int[] starts);
}
