package org.kanface.report;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/// Mean loss, speed and remaining time over windows of `frequent` steps, by the reference's rules:
/// the first full window only starts the clock, so that the first line averages over two.
///
/// Time spent in [#exclude] (verification, checkpoints) counts neither for speed nor for the rest.
public final class TrainMeter {
  private final int frequent;
  private final int imagesPerStep;
  private final long startStep;
  private final long totalSteps;
  private final LongSupplier nanos;
  private final long start;
  private long excluded;
  private boolean running;
  private long windowStart;
  private double lossSum;
  private double mean;
  private long lossCount;

  /// `startStep` is the last step already done, 0 for a new run.
  public TrainMeter(int frequent, int imagesPerStep, long startStep, long totalSteps) {
    this(frequent, imagesPerStep, startStep, totalSteps, System::nanoTime);
  }

  TrainMeter(int frequent, int imagesPerStep, long startStep, long totalSteps, LongSupplier nanos) {
    this.frequent = frequent;
    this.imagesPerStep = imagesPerStep;
    this.startStep = startStep;
    this.totalSteps = totalSteps;
    this.nanos = nanos;
    start = nanos.getAsLong();
  }

  /// One window's numbers.
  ///
  /// @param loss mean since the last window
  /// @param learningRate of the next step
  /// @param gradScale of the loss scaler, where there is one
  /// @param imagesPerSecond in this window
  /// @param secondsLeft estimate to the end
  public record Window(
      long step,
      int epoch,
      double loss,
      double learningRate,
      OptionalDouble gradScale,
      double imagesPerSecond,
      double secondsLeft) {

    /// The line of the log.
    public String line() {
      String scale =
          gradScale.isPresent()
              ? String.format(Locale.ROOT, "Fp16 Grad Scale: %2.0f   ", gradScale.getAsDouble())
              : "";
      long left = (long) secondsLeft;
      return String.format(
          Locale.ROOT,
          "Speed %.2f samples/sec   Loss %.4f   LearningRate %.6f   Epoch: %d   Global Step: %d   "
              + "%sRequired: %dh:%dm:%ds",
          imagesPerSecond,
          loss,
          learningRate,
          epoch,
          step,
          scale,
          left / 3600,
          left / 60 % 60,
          left % 60);
    }
  }

  /// Tells the loss of step `step` (counting from 1); gives a window at every `frequent`-th step
  /// but the first.
  public Optional<Window> step(
      long step, int epoch, double loss, double learningRate, OptionalDouble gradScale) {
    lossSum += loss;
    lossCount++;
    mean = lossSum / lossCount;
    if (step % frequent != 0) {
      return Optional.empty();
    }
    long now = working();
    if (!running) {
      running = true;
      windowStart = now;
      return Optional.empty();
    }
    double seconds = Math.max(now - windowStart, 1) / 1e9;
    double perStep = Math.floor((now - start) / 1e9) / (step - startStep + 1);
    Window window =
        new Window(
            step,
            epoch,
            mean,
            learningRate,
            gradScale,
            (double) frequent * imagesPerStep / seconds,
            Math.max(0, perStep * (totalSteps - step - 1)));
    windowStart = now;
    lossSum = 0;
    lossCount = 0;
    return Optional.of(window);
  }

  /// Mean loss since the last window, the last step included; after a window's step, the window's.
  public double meanLoss() {
    return mean;
  }

  /// Runs something that is not training.
  public void exclude(Runnable work) {
    long before = nanos.getAsLong();
    work.run();
    excluded += nanos.getAsLong() - before;
  }

  /// Mean images a second since the start, `step` being the last step done.
  public double imagesPerSecond(long step) {
    double seconds = (working() - start) / 1e9;
    return seconds > 0 ? (step - startStep) * (double) imagesPerStep / seconds : 0;
  }

  /// Seconds since the start, everything included.
  public double seconds() {
    return (nanos.getAsLong() - start) / 1e9;
  }

  private long working() {
    return nanos.getAsLong() - excluded;
  }
}
