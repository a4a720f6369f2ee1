package org.kanface.golden;

import java.util.Arrays;
import java.util.BitSet;
import org.kanface.autograd.op.MaxPool;
import org.kanface.kernels.Pool2d;
import org.kanface.tensor.Shape;

/// The sides that the elements of a tensor take at one kind of kink.
sealed interface Side {
  /// Moves `values`, whose largest magnitude is `top`, to these sides and counts what it moved.
  void move(float[] values, double top, Kinks kinks);

  /// Which elements are above a threshold.
  final class Threshold implements Side {
    private final double at;
    private final BitSet above;

    private Threshold(double at, BitSet above) {
      this.at = at;
      this.above = above;
    }

    static Threshold of(double at, double[] values) {
      var above = new BitSet(values.length);
      for (int i = 0; i < values.length; i++) {
        above.set(i, values[i] > at);
      }
      return new Threshold(at, above);
    }

    /// Reflects values on the other side in the threshold.
    @Override
    public void move(float[] values, double top, Kinks kinks) {
      for (int i = 0; i < values.length; i++) {
        if (values[i] > at != above.get(i)) {
          kinks.count(Math.abs(values[i] - at) / top);
          float reflected = (float) (2 * at - values[i]);
          values[i] = above.get(i) ? Math.max(reflected, Math.nextUp((float) at)) : reflected;
        }
      }
    }
  }

  /// Which element of each window is the largest.
  final class Winners implements Side {
    private final Pool2d windows;
    private final int[] winners; // by window and channel

    private Winners(Pool2d windows, int[] winners) {
      this.windows = windows;
      this.winners = winners;
    }

    static Winners of(MaxPool op, double[] values) {
      Shape x = op.x().shape();
      var windows =
          new Pool2d(
              x.dim(0),
              x.dim(1),
              x.dim(2),
              x.dim(3),
              op.kernel(),
              op.kernel(),
              op.stride(),
              op.stride(),
              op.padding(),
              op.padding(),
              op.ceil());
      var winners =
          new int[Math.toIntExact(windows.n() * windows.outH() * windows.outW() * windows.c())];
      for (int i = 0; i < winners.length; i++) {
        winners[i] = winner(windows, i, values);
      }
      return new Winners(windows, winners);
    }

    private static int winner(Pool2d s, int window, double[] values) {
      long c = window % s.c();
      long j = window / s.c() % s.outW();
      long i = window / s.c() / s.outW() % s.outH();
      long n = window / s.c() / s.outW() / s.outH();
      int best = -1;
      for (long row = Math.max(0, i * s.strideH() - s.padH());
          row < Math.min(s.h(), i * s.strideH() - s.padH() + s.kh());
          row++) {
        for (long column = Math.max(0, j * s.strideW() - s.padW());
            column < Math.min(s.w(), j * s.strideW() - s.padW() + s.kw());
            column++) {
          int at = (int) (((n * s.h() + row) * s.w() + column) * s.c() + c);
          if (best < 0 || values[at] > values[best]) {
            best = at;
          }
        }
      }
      return best;
    }

    /// Exchanges the largest value of a window with the one that should be the largest.
    @Override
    public void move(float[] values, double top, Kinks kinks) {
      var wide = new double[values.length];
      Arrays.setAll(wide, i -> values[i]);
      for (int i = 0; i < winners.length; i++) {
        int mine = winner(windows, i, wide);
        int exact = winners[i];
        if (mine != exact) {
          float high = values[mine];
          float low = values[exact];
          kinks.count((high - low) / top);
          values[mine] = low;
          values[exact] = high > low ? high : Math.nextUp(high);
        }
      }
    }
  }
}
