package org.kanface.bench;

import java.util.List;
import org.kanface.kernels.Margin;

/// Margin and softmax cross-entropy of a batch of 128 over CASIA's 10,572 people.
final class LossWork {
  private static final long ROWS = 128;
  private static final long CLASSES = 10_572;
  private static final Margin ARC = new Margin(Margin.Kind.ANGULAR, 64, 0.5, 0, false);

  private LossWork() {}

  static List<Work> rows() {
    return List.of(
        Work.kernel("arcface_128x10572/forward", LossWork::margin),
        Work.kernel("crossentropy_128x10572/forward", LossWork::entropy),
        Work.kernel("crossentropy_128x10572/backward", LossWork::entropyBackward));
  }

  private static Workload margin(Blocks b) {
    var cosines = b.of(ROWS * CLASSES);
    var labels = b.labels(ROWS, CLASSES);
    var logits = b.of(ROWS * CLASSES);
    var loss = b.kernels.loss();
    return b.runs(() -> loss.marginForward(ARC, ROWS, CLASSES, cosines, labels, logits));
  }

  private static Workload entropy(Blocks b) {
    var logits = b.between(-64, 64, ROWS * CLASSES);
    var labels = b.labels(ROWS, CLASSES);
    var probabilities = b.of(ROWS * CLASSES);
    var losses = b.of(ROWS);
    var loss = b.kernels.loss();
    return b.runs(
        () ->
            loss.crossEntropyForward(ROWS, CLASSES, 1e-30, logits, labels, probabilities, losses));
  }

  private static Workload entropyBackward(Blocks b) {
    var probabilities = b.between(0, 2e-4, ROWS * CLASSES);
    var labels = b.labels(ROWS, CLASSES);
    var dlosses = b.of(ROWS);
    var dlogits = b.of(ROWS * CLASSES);
    var loss = b.kernels.loss();
    return b.runs(
        () ->
            loss.crossEntropyBackward(
                ROWS, CLASSES, false, probabilities, labels, dlosses, dlogits));
  }
}
