package org.kanface.eval.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kanface.config.LossConfig.Family;
import org.kanface.config.OptimConfig.Optimizer;
import org.kanface.config.TrainConfig;
import org.kanface.nn.loss.PartialFc;

/// Memory that training takes, in bytes, by arithmetic before anything is allocated. Float32
/// throughout.
///
/// Weights, gradients and optimiser state are exact; activations are an estimate from the values
/// that the backward pass reads.
///
/// @param weights of the backbone, knots and the moving average included
/// @param gradients of the backbone
/// @param moments of the optimiser for the backbone
/// @param headWeights class centres `[classes, embedding]`
/// @param headGradients a full-size gradient of them
/// @param headMoments of the optimiser for them
/// @param activations of one batch through the backbone
/// @param headStep centres of a step: the sampled ones where not all take part, those of unit
///     length, and the gradients of both
/// @param logits of one batch: cosines and probabilities over the classes of a step, or over a
///     block of them
public record MemoryPlan(
    long weights,
    long gradients,
    long moments,
    long headWeights,
    long headGradients,
    long headMoments,
    long headStep,
    long activations,
    long logits) {

  /// The plan for `classes` identities.
  public static MemoryPlan of(TrainConfig config, long classes) {
    var model = config.model();
    CostTable table = CostTable.of(model);
    long trained = table.actualTotalParams();
    int momentsEach = config.optim().optimizer() == Optimizer.SGD ? 1 : 2;
    long average = config.optim().ema() > 0 ? trained : 0;
    long centres = classes * model.embeddingSize();
    long perStep = Math.min(classes, Math.max(1, (long) (config.loss().sampleRate() * classes)));
    long batch = config.data().batchSize();
    boolean blocks = config.loss().loss() != Family.ARCFACE;
    long atOnce = blocks ? PartialFc.centresAtOnce(batch, perStep) : perStep;
    long sampled = perStep < classes ? perStep : 0;
    return new MemoryPlan(
        Float.BYTES * (trained + table.buffers() + average),
        Float.BYTES * trained,
        Float.BYTES * trained * momentsEach,
        Float.BYTES * centres,
        Float.BYTES * centres,
        Float.BYTES * centres * momentsEach,
        2L * Float.BYTES * (sampled + atOnce) * model.embeddingSize(),
        Float.BYTES * batch * table.activations(),
        (atOnce < perStep ? 3L : 2L) * Float.BYTES * batch * atOnce);
  }

  /// Everything together.
  public long total() {
    return weights + gradients + moments + activations + head();
  }

  /// What the head takes.
  public long head() {
    return headWeights + headGradients + headMoments + headStep + logits;
  }

  /// One line a part, and the total.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("backbone weights", weights));
    lines.add(line("backbone gradients", gradients));
    lines.add(line("backbone optimiser state", moments));
    lines.add(line("head weights", headWeights));
    lines.add(line("head gradients", headGradients));
    lines.add(line("head optimiser state", headMoments));
    lines.add(line("head, centres of a step", headStep));
    lines.add(line("activations (estimate)", activations));
    lines.add(line("logits", logits));
    lines.add(line("total", total()));
    return lines;
  }

  private static String line(String name, long bytes) {
    return String.format(Locale.ROOT, "%-26s %12.1f MiB", name, bytes / 1048576.0);
  }
}
