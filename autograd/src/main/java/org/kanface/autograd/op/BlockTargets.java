package org.kanface.autograd.op;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.kanface.autograd.Frame;
import org.kanface.kernels.DType;
import org.kanface.kernels.Memory;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Where the targets of a batch lie among blocks of classes.
///
/// @param labels `[blocks, n]`, the target's column in a block, -1 where it is in another
/// @param offsets `[n]`, of targets in their block's logits `[n, width]`, block by block
/// @param places `[n]`, of each row's target among `offsets`
/// @param rows of the targets among `offsets`
/// @param starts of each block among `offsets`, and their end
record BlockTargets(
    Tensor labels, Tensor offsets, Tensor places, List<Integer> rows, List<Integer> starts)
    implements AutoCloseable {

  static BlockTargets of(Device device, List<Long> labels, long block, long classes) {
    int n = labels.size();
    int blocks = Math.toIntExact(Math.ceilDiv(classes, block));
    var columns = new long[blocks * n];
    Arrays.fill(columns, -1);
    var offsets = new long[n];
    var places = new long[n];
    var rows = new Integer[n];
    var starts = new Integer[blocks + 1];
    int place = 0;
    for (int k = 0; k < blocks; k++) {
      starts[k] = place;
      long width = Math.min(block, classes - k * block);
      for (int i = 0; i < n; i++) {
        if (labels.get(i) / block == k) {
          long column = labels.get(i) - k * block;
          columns[k * n + i] = column;
          offsets[place] = i * width + column;
          rows[place] = i;
          places[i] = place++;
        }
      }
    }
    starts[blocks] = place;
    return new BlockTargets(
        Tensor.ofLongs(device, Shape.of(blocks, n), columns),
        Tensor.ofLongs(device, Shape.of(n), offsets),
        Tensor.ofLongs(device, Shape.of(n), places),
        List.of(rows),
        List.of(starts));
  }

  /// The rows whose targets lie in block `k`.
  List<Integer> rows(int k) {
    return rows.subList(starts.get(k), starts.get(k + 1));
  }

  /// Labels of block `k`.
  Memory labels(int k) {
    return ClassBlocks.row(labels, k);
  }

  /// Copies the targets' logits of block `k` to their places among all.
  void gather(Frame f, int k, Memory logits, Tensor all) {
    long count = rows(k).size();
    if (count > 0) {
      long bytes = all.dtype().bytes();
      Memory place = all.memory().slice(starts.get(k) * bytes, count * bytes);
      f.kernels().index().gatherRows(count, 1, offsets(k), logits, place);
    }
  }

  private Memory offsets(int k) {
    return offsets
        .memory()
        .slice((long) starts.get(k) * Long.BYTES, (long) rows(k).size() * Long.BYTES);
  }

  /// The targets' values among those of block `k`, `[n, width]`, in the order of [#rows(int)].
  double[] values(Frame f, int k, Memory block) {
    long count = rows(k).size();
    try (Tensor values = f.empty(Shape.of(count))) {
      f.kernels().index().gatherRows(count, 1, offsets(k), block, values.memory());
      return values.toDoubles();
    }
  }

  /// Adds to the targets' values among those of block `k`.
  void add(Frame f, int k, double[] changes, Memory block) {
    try (Tensor values = f.empty(Shape.of(changes.length))) {
      values.write(segment(changes, values.dtype()));
      f.kernels().index().scatterAddRows(changes.length, 1, offsets(k), values.memory(), block);
    }
  }

  private static MemorySegment segment(double[] values, DType type) {
    if (type == DType.F64) {
      return MemorySegment.ofArray(values);
    }
    var floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return MemorySegment.ofArray(floats);
  }

  /// What was gathered, in the order of rows.
  void inRows(Frame f, Tensor gathered, Tensor rows) {
    f.kernels()
        .index()
        .gatherRows(rows.numel(), 1, places.memory(), gathered.memory(), rows.memory());
  }

  @Override
  public void close() {
    labels.close();
    offsets.close();
    places.close();
  }
}
