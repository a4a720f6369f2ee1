package org.kanface.nn.loss;

import java.util.Arrays;
import org.kanface.kernels.DType;
import org.kanface.tensor.Check;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// The class centres of one process, and which of them a step uses.
///
/// @param first the first class here
/// @param rows how many classes are here
/// @param samples how many of them a step uses
public record ClassShard(long first, long rows, long samples) {
  /// Classes are dealt in runs; the first `classes mod size` processes get one more.
  static ClassShard of(long classes, double sampleRate, int rank, int size) {
    long base = classes / size;
    long rest = classes % size;
    long rows = base + (rank < rest ? 1 : 0);
    return new ClassShard(base * rank + Math.min(rank, rest), rows, (long) (sampleRate * rows));
  }

  /// Row numbers of labels, -1 for classes of other processes.
  long[] local(long[] labels) {
    return Arrays.stream(labels)
        .map(label -> label >= first && label < first + rows ? label - first : -1)
        .toArray();
  }

  /// The rows that a step with these labels uses: all positives, and the rows with the largest
  /// draws up to `samples`, the first ones of equal draws; the positives alone where they are more.
  /// They are chosen where the draws lie.
  ///
  /// @param draws `[rows]`, in [0, 1)
  public ClassSample sample(long[] labels, Tensor draws) {
    Check.that(
        draws.shape().equals(Shape.of(rows)),
        "PartialFC",
        "expected %d draws, got %s",
        rows,
        draws.shape());
    long[] local = local(labels);
    long positives = Arrays.stream(local).filter(row -> row >= 0).distinct().count();
    Device device = draws.device();
    Tensor taken = Tensor.empty(device, DType.I64, Shape.of(Math.max(positives, samples)));
    Tensor targets = Tensor.empty(device, DType.I64, Shape.of(local.length));
    try (Tensor own = Tensor.ofLongs(device, targets.shape(), local)) {
      draws
          .kernels()
          .index()
          .sampleRows(
              rows,
              local.length,
              taken.numel(),
              draws.memory(),
              own.memory(),
              taken.memory(),
              targets.memory());
    }
    return new ClassSample(ClassLabels.kept(taken), ClassLabels.kept(targets));
  }
}
