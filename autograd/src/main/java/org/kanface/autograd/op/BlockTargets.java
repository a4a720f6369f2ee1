package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.kanface.autograd.Frame;
import org.kanface.kernels.Memory;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Where the targets of a batch lie among blocks of classes.
///
/// @param labels `[blocks, n]`, the target's column in a block, -1 where it is in another
/// @param offsets `[n]`, of targets in their block's logits `[n, width]`, block by block
/// @param places `[n]`, of each row's target among `offsets`
/// @param starts of each block among `offsets`, and their end
record BlockTargets(Tensor labels, Tensor offsets, Tensor places, List<Integer> starts)
    implements AutoCloseable {

  static BlockTargets of(Device device, List<Long> labels, long block, long classes) {
    int n = labels.size();
    int blocks = Math.toIntExact(Math.ceilDiv(classes, block));
    var columns = new long[blocks * n];
    Arrays.fill(columns, -1);
    var offsets = new long[n];
    var places = new long[n];
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
          places[i] = place++;
        }
      }
    }
    starts[blocks] = place;
    return new BlockTargets(
        Tensor.ofLongs(device, Shape.of(blocks, n), columns),
        Tensor.ofLongs(device, Shape.of(n), offsets),
        Tensor.ofLongs(device, Shape.of(n), places),
        List.of(starts));
  }

  /// Labels of block `k`.
  Memory labels(int k) {
    return ClassBlocks.row(labels, k);
  }

  /// Copies the targets' logits of block `k` to their places among all.
  void gather(Frame f, int k, Memory logits, Tensor all) {
    long from = starts.get(k);
    long count = starts.get(k + 1) - from;
    if (count > 0) {
      long bytes = all.dtype().bytes();
      f.kernels()
          .index()
          .gatherRows(
              count,
              1,
              offsets.memory().slice(from * Long.BYTES, count * Long.BYTES),
              logits,
              all.memory().slice(from * bytes, count * bytes));
    }
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
