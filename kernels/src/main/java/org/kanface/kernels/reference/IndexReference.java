package org.kanface.kernels.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Memory;

/// Rows by number, one after the other.
record IndexReference(DType type) implements IndexKernels {
  @Override
  public void gatherRows(long count, long cols, Memory index, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < count; i++) {
      long row = Elements.index(index, i);
      for (long j = 0; j < cols; j++) {
        ys.set(i * cols + j, xs.get(row * cols + j));
      }
    }
  }

  /// Every addition is rounded, as the order that the contract fixes asks for.
  @Override
  public void scatterAddRows(long count, long cols, Memory index, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < count; i++) {
      long row = Elements.index(index, i);
      for (long j = 0; j < cols; j++) {
        ys.add(row * cols + j, xs.get(i * cols + j));
      }
    }
  }

  @Override
  public void sampleRows(
      long rows, long n, long count, Memory draws, Memory positives, Memory taken, Memory places) {
    var us = Elements.of(draws, type);
    var own = new TreeSet<Long>();
    for (long i = 0; i < n; i++) {
      if (Elements.index(positives, i) >= 0) {
        own.add(Elements.index(positives, i));
      }
    }
    long[] chosen =
        LongStream.range(0, rows)
            .boxed()
            .sorted( // stable: the first ones of equal draws come first
                Comparator.comparingDouble(
                    i -> own.contains(i) ? Double.NEGATIVE_INFINITY : -us.get(i)))
            .limit(count)
            .mapToLong(i -> i)
            .sorted()
            .toArray();
    for (int i = 0; i < chosen.length; i++) {
      longs(taken).setAtIndex(ValueLayout.JAVA_LONG, i, chosen[i]);
    }
    for (long i = 0; i < n; i++) {
      long row = Elements.index(positives, i);
      long place = row < 0 ? -1 : Arrays.binarySearch(chosen, row);
      longs(places).setAtIndex(ValueLayout.JAVA_LONG, i, place);
    }
  }

  private static MemorySegment longs(Memory memory) {
    return ((HostMemory) memory).segment();
  }
}
