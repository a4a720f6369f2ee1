package org.kanface.config;

import java.util.List;

/// Optimiser and learning rate.
///
/// @param optimizer the rule
/// @param lr base learning rate
/// @param momentum of SGD
/// @param weightDecay L2 decay of SGD and Adam, decoupled decay of AdamW
/// @param decayNorm whether weight decay reaches the scales and shifts of batch norms, as in the
///     reference; AdaFace spares them
/// @param headUpdate which class centres an update reaches where `sample_rate` is below 1
/// @param clip largest L2 norm of the backbone's gradient; 0 for no clipping
/// @param gradientAcc micro-batches per update
/// @param gradientAccMode whether their gradients are averaged or, as in the reference, summed
/// @param fp16 loss scaling, as the reference understands the word: forward and backward stay
///     float32 (see `precision`), and an update whose gradients overflow is left out
/// @param ema decay of the weights' moving average that is evaluated; 0 for none
/// @param lrSchedule shape of the learning rate over the steps
/// @param lrMilestones epochs at which the `step` schedule divides the rate by 10
/// @param numEpoch epochs to train
/// @param warmupEpoch epochs over which the rate rises
public record OptimConfig(
    Optimizer optimizer,
    double lr,
    double momentum,
    double weightDecay,
    boolean decayNorm,
    HeadUpdate headUpdate,
    double clip,
    int gradientAcc,
    Accumulation gradientAccMode,
    boolean fp16,
    double ema,
    Schedule lrSchedule,
    List<Integer> lrMilestones,
    int numEpoch,
    int warmupEpoch) {

  /// Update rules.
  public enum Optimizer {
    SGD,
    ADAM,
    ADAMW
  }

  /// Which class centres an update reaches where a step samples them.
  public enum HeadUpdate {
    /// All: those out of the sample move on by their momentum and decay, as in KANFace's trainer.
    ALL,
    /// The sampled ones: momentum and decay of all others rest, as in the iResNets' trainer.
    SAMPLED
  }

  /// How gradients of several micro-batches combine.
  public enum Accumulation {
    SUM,
    MEAN
  }

  /// Shapes of the learning rate.
  public enum Schedule {
    /// The reference's: full rate at the first update, then linear warm-up, then linear to 0.
    POLY_WARMUP,
    /// iResNet's: linear warm-up, then a square falling to 0, one step late.
    POLY_SQUARE,
    /// Linear warm-up from the first update on, then linear to 0.
    WARMUP_LINEAR,
    /// Linear warm-up, then half a cosine to 0.
    COSINE,
    /// Linear warm-up, then a tenth from each of `lr_milestones` on.
    STEP,
    /// EfficientFR's: linear warm-up, then half whenever the accuracy of verification stalls for
    /// more than two epochs (the training loss where nothing is verified).
    PLATEAU
  }

  public OptimConfig {
    Bounds.positive("lr", lr);
    Bounds.within("momentum", momentum, 0, 1);
    Bounds.notNegative("weight_decay", weightDecay);
    Bounds.notNegative("clip", clip);
    Bounds.atLeast("gradient_acc", gradientAcc, 1);
    ConfigException.require(
        ema >= 0 && ema < 1, "ema: expected a decay from 0 up to but not 1, got %s", ema);
    ConfigException.require(
        headUpdate == HeadUpdate.ALL || gradientAcc == 1,
        "head_update: sampled needs the sample of one batch; expected gradient_acc 1, got %d",
        gradientAcc);
    lrMilestones = List.copyOf(lrMilestones);
    ConfigException.require(
        lrMilestones.stream().sorted().distinct().toList().equals(lrMilestones)
            && lrMilestones.stream().allMatch(m -> m > 0),
        "lr_milestones: expected epochs above 0, ascending, got %s",
        lrMilestones);
    ConfigException.require(
        lrSchedule == Schedule.STEP || lrMilestones.isEmpty(),
        "lr_milestones: only lr_schedule=step has milestones, got %s",
        lrMilestones);
    Bounds.atLeast("num_epoch", numEpoch, 1);
    Bounds.atLeast("warmup_epoch", warmupEpoch, 0);
    ConfigException.require(
        warmupEpoch < numEpoch,
        "warmup_epoch: expected less than num_epoch (%d), got %d",
        numEpoch,
        warmupEpoch);
  }
}
