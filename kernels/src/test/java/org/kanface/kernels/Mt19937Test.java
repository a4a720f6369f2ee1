package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class Mt19937Test {
  @Test
  void firstOutputsAreTheReferenceGenerators() {
    var mt = new Mt19937(5489); // the default seed of the authors' program
    assertThat(Integer.toUnsignedLong(mt.nextInt32())).isEqualTo(3499211612L);
    for (int i = 2; i < 10_000; i++) {
      mt.nextInt32();
    }
    assertThat(Integer.toUnsignedLong(mt.nextInt32()))
        .isEqualTo(4123659995L); // the 10,000th, as in C++11's standard
  }

  @Test
  void randMatchesTorch() {
    var mt = new Mt19937(42);
    float[] expected = {0.88226926f, 0.91500396f, 0.38286376f, 0.95930564f};
    for (float e : expected) {
      assertThat(mt.rand()).isEqualTo(e);
    }
  }

  @Test
  void permutationMatchesTorch() {
    assertThat(new Mt19937(42).permutation(10)).containsExactly(2, 6, 1, 8, 4, 5, 0, 9, 3, 7);
    assertThat(new Mt19937(42).permutation(0)).isEmpty();
    assertThat(new Mt19937(42).permutation(1)).containsExactly(0);
  }

  @Test
  void permutationHoldsEveryNumberOnce() {
    int[] order = new Mt19937(7).permutation(1021);
    assertThat(IntStream.of(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1021).toArray());
  }

  @Test
  void normalTransformsBlocksOfSixteen() {
    float[] v = new float[16];
    new Mt19937(42).normal(v, 0, 1);
    var mt = new Mt19937(42);
    float[] u = new float[16];
    for (int i = 0; i < 16; i++) {
      u[i] = mt.rand();
    }
    for (int j = 0; j < 8; j++) {
      double radius = Math.sqrt(-2 * Math.log(1 - u[j]));
      assertThat(v[j]).isCloseTo((float) (radius * Math.cos(2 * Math.PI * u[j + 8])), within());
      assertThat(v[j + 8]).isCloseTo((float) (radius * Math.sin(2 * Math.PI * u[j + 8])), within());
    }
  }

  @Test
  void normalRedrawsTheLastSixteenOfAnOddLength() {
    float[] odd = new float[40];
    var mt = new Mt19937(3);
    mt.normal(odd, 2, 0.5f);
    float[] whole = new float[40];
    var twin = new Mt19937(3);
    for (int i = 0; i < 40; i++) {
      twin.rand();
    }
    float[] last = new float[16];
    twin.normal(last, 2, 0.5f);
    System.arraycopy(last, 0, whole, 24, 16);
    for (int i = 24; i < 40; i++) {
      assertThat(odd[i]).isEqualTo(whole[i]);
    }
    assertThat(mt.nextInt32()).isEqualTo(twin.nextInt32());
  }

  @Test
  void normalHasTheAskedMeanAndSpread() {
    float[] v = new float[100_000];
    new Mt19937(1).normal(v, 3, 2);
    double mean = 0;
    double square = 0;
    for (float x : v) {
      mean += x / v.length;
      square += (double) x * x / v.length;
    }
    assertThat(mean).isBetween(2.97, 3.03);
    assertThat(Math.sqrt(square - mean * mean)).isBetween(1.97, 2.03);
  }

  @Test
  void refusesWhatItCannotDraw() {
    var mt = new Mt19937(1);
    assertThatThrownBy(() -> mt.normal(new float[15], 0, 1))
        .hasMessage("[normal] expected at least 16 elements, got 15");
    assertThatThrownBy(() -> mt.permutation(-1)).hasMessageContaining("got -1");
  }

  private static Offset<Float> within() {
    return offset(1e-6f);
  }
}
