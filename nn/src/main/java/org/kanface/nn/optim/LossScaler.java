package org.kanface.nn.optim;

import org.kanface.tensor.Check;

/// The factor that a loss is multiplied by before its backward pass, so that small gradients do not
/// vanish in 16 bits (Micikevicius et al. 2018, arXiv:1710.03740).
///
/// It begins at 65,536 or lower ([#ofBatch]), halves whenever a gradient is not finite, in which
/// case the update is left
/// out, and doubles after 100 clean updates in a row. As a power of two it changes nothing in
/// float32 but for values at the ends of the range.
public final class LossScaler {
  private static final double FIRST = 65_536;
  private static final int INTERVAL = 100;
  private static final double SMALLEST = 0x1p-24;

  /// What a checkpoint keeps.
  ///
  /// @param clean updates in a row that were not left out, since the factor last changed
  public record State(double scale, int clean) {
    public State {
      Check.that(
          scale > 0 && Double.isFinite(scale),
          "LossScaler",
          "scale: expected a finite number above 0, got %s",
          scale);
      Check.that(
          clean >= 0 && clean < INTERVAL,
          "LossScaler",
          "clean: expected 0 to %d, got %d",
          INTERVAL - 1,
          clean);
    }
  }

  private State state;

  public LossScaler() {
    this(new State(FIRST, 0));
  }

  /// For products in 16 bits, on batches of so many images: begins at 128 times their number, but
  /// with a power of two and at 65,536 at most.
  ///
  /// What overflows first is the gradient of the largest sum, and that of a mean loss is the
  /// smaller
  /// the larger the batch. Begun where it overflows, every update is left out until the factor has
  /// halved often enough: five of the first 33 on batches of four images, after which a run lags.
  public static LossScaler ofBatch(int images) {
    Check.positive("LossScaler", "images", images);
    return new LossScaler(new State(Math.min(FIRST, 128.0 * Integer.highestOneBit(images)), 0));
  }

  public LossScaler(State state) {
    this.state = state;
  }

  public State state() {
    return state;
  }

  /// The present factor.
  public double scale() {
    return state.scale;
  }

  /// After an update with finite gradients.
  public void stepped() {
    int clean = state.clean + 1;
    state = clean == INTERVAL ? new State(2 * state.scale, 0) : new State(state.scale, clean);
  }

  /// After gradients that were not finite: the update is to be left out.
  public void overflowed() {
    state = new State(state.scale / 2, 0);
  }

  /// Whether the factor has fallen so far that it cannot be what makes gradients infinite.
  public boolean exhausted() {
    return state.scale < SMALLEST;
  }
}
