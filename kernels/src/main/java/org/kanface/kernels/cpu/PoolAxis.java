package org.kanface.kernels.cpu;

import java.util.Arrays;

/// One axis of a pooling: output `o` reads the inputs `from[o] … to[o] - 1`, all inside the image.
/// Both ends grow with `o`, so the outputs that read one input are a range too.
///
/// @param size of the input
record PoolAxis(int size, int[] from, int[] to) {
  static PoolAxis window(long size, long outputs, int kernel, int stride, int pad) {
    var axis = ofSizes(size, outputs);
    for (int o = 0; o < outputs; o++) {
      long start = (long) o * stride - pad;
      axis.from[o] = (int) Math.max(start, 0);
      axis.to[o] = (int) Math.min(start + kernel, size);
    }
    return axis;
  }

  static PoolAxis adaptive(long size, long outputs) {
    var axis = ofSizes(size, outputs);
    for (int o = 0; o < outputs; o++) {
      axis.from[o] = (int) (o * size / outputs);
      axis.to[o] = (int) Math.ceilDiv((o + 1) * size, outputs);
    }
    return axis;
  }

  private static PoolAxis ofSizes(long size, long outputs) {
    int n = Math.toIntExact(outputs);
    return new PoolAxis(Math.toIntExact(size), new int[n], new int[n]);
  }

  int outputs() {
    return from.length;
  }

  /// Inputs of the widest window.
  int widest() {
    int widest = 0;
    for (int o = 0; o < outputs(); o++) {
      widest = Math.max(widest, to[o] - from[o]);
    }
    return widest;
  }

  /// The axis of the gradient: input `i` reads the outputs that read it.
  PoolAxis transposed() {
    var axis = new PoolAxis(outputs(), new int[size], new int[size]);
    int first = 0;
    int last = 0;
    for (int i = 0; i < size; i++) {
      while (first < outputs() && to[first] <= i) {
        first++;
      }
      while (last < outputs() && from[last] <= i) {
        last++;
      }
      axis.from[i] = first;
      axis.to[i] = Math.max(first, last);
    }
    return axis;
  }

  /// `1 / (to - from)` for each output, or `1 / whole` where the padding counts.
  float[] shares(int whole) {
    var shares = new float[outputs()];
    for (int o = 0; o < shares.length; o++) {
      shares[o] = 1f / (whole > 0 ? whole : to[o] - from[o]);
    }
    return shares;
  }

  static float[] ones(int n) {
    var ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }
}
