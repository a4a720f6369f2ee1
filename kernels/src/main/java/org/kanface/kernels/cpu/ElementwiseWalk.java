package org.kanface.kernels.cpu;

import org.kanface.kernels.Strided;

/// Runs along the last axis of a [Strided] walk, cut into pieces of fixed sizes for the workers.
final class ElementwiseWalk {
  /// One run: offsets in elements of both operands' first elements, the run's place in the walk's
  /// own row-major order, and its length.
  @FunctionalInterface
  interface Run {
    void run(long first, long second, long place, int length);
  }

  private ElementwiseWalk() {}

  static void forEach(Strided walk, Run run) {
    int inner = walk.rank() - 1;
    long length = walk.dim(inner);
    if (walk.numel() == 0) {
      return;
    }
    long rows = walk.numel() / length;
    long pieces = (length + Chunks.ELEMENTS - 1) / Chunks.ELEMENTS; // of a row
    if (pieces > 1) {
      Chunks.forEach(rows * pieces, 1, (from, to) -> piece(walk, from, pieces, run));
    } else {
      Chunks.rows(rows, length, (from, to) -> rows(walk, from, to, run));
    }
  }

  private static void piece(Strided walk, long unit, long pieces, Run run) {
    int inner = walk.rank() - 1;
    long row = unit / pieces;
    long start = unit % pieces * Chunks.ELEMENTS;
    int length = (int) Math.min(Chunks.ELEMENTS, walk.dim(inner) - start);
    long first = start * walk.first(inner);
    long second = start * walk.second(inner);
    long rest = row;
    for (int axis = inner - 1; axis >= 0; axis--) {
      long at = rest % walk.dim(axis);
      rest /= walk.dim(axis);
      first += at * walk.first(axis);
      second += at * walk.second(axis);
    }
    run.run(first, second, row * walk.dim(inner) + start, length);
  }

  private static void rows(Strided walk, long from, long to, Run run) {
    int inner = walk.rank() - 1;
    int length = (int) walk.dim(inner); // at most a piece
    var at = new long[inner]; // position along the outer axes
    long first = 0;
    long second = 0;
    long rest = from;
    for (int axis = inner - 1; axis >= 0; axis--) {
      at[axis] = rest % walk.dim(axis);
      rest /= walk.dim(axis);
      first += at[axis] * walk.first(axis);
      second += at[axis] * walk.second(axis);
    }
    for (long row = from; row < to; row++) {
      run.run(first, second, row * length, length);
      for (int axis = inner - 1; axis >= 0; axis--) {
        first += walk.first(axis);
        second += walk.second(axis);
        if (++at[axis] < walk.dim(axis)) {
          break;
        }
        first -= at[axis] * walk.first(axis);
        second -= at[axis] * walk.second(axis);
        at[axis] = 0;
      }
    }
  }
}
