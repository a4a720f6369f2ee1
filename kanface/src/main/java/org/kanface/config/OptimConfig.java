package org.kanface.config;

/// Optimiser and learning rate.
///
/// @param optimizer the rule
/// @param lr base learning rate
/// @param momentum of SGD
/// @param weightDecay L2 decay of SGD and Adam, decoupled decay of AdamW
/// @param clip largest L2 norm of the backbone's gradient; 0 for no clipping
/// @param gradientAcc micro-batches per update
/// @param gradientAccMode whether their gradients are averaged or, as in the reference, summed
/// @param fp16 mixed precision with loss scaling where the device has it
/// @param ema decay of the weights' moving average that is evaluated; 0 for none
/// @param lrSchedule shape of the learning rate over the steps
/// @param numEpoch epochs to train
/// @param warmupEpoch epochs over which the rate rises
public record OptimConfig(
    Optimizer optimizer,
    double lr,
    double momentum,
    double weightDecay,
    double clip,
    int gradientAcc,
    Accumulation gradientAccMode,
    boolean fp16,
    double ema,
    Schedule lrSchedule,
    int numEpoch,
    int warmupEpoch) {

  /// Update rules.
  public enum Optimizer {
    SGD,
    ADAM,
    ADAMW
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
    /// EfficientFR's: linear warm-up, then half whenever the accuracy of verification stalls for
    /// more
    /// than two epochs (the training loss where nothing is verified).
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
    Bounds.atLeast("num_epoch", numEpoch, 1);
    Bounds.atLeast("warmup_epoch", warmupEpoch, 0);
    ConfigException.require(
        warmupEpoch < numEpoch,
        "warmup_epoch: expected less than num_epoch (%d), got %d",
        numEpoch,
        warmupEpoch);
  }
}
