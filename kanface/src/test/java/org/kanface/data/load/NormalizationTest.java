package org.kanface.data.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;

class NormalizationTest {
  @Test
  void standardMatchesTheReferenceInput() { // p = (73c + 31h + 17w + (h·w mod 29)) mod 256, values
    // recorded with NumPy
    int size = 112;
    byte[] pixels = new byte[size * size * 3];
    for (int h = 0, i = 0; h < size; h++) {
      for (int w = 0; w < size; w++) {
        for (int c = 0; c < 3; c++) {
          pixels[i++] = (byte) (73 * c + 31 * h + 17 * w + h * w % 29);
        }
      }
    }
    float[] x = new float[pixels.length];
    Normalization.standard().apply(pixels, x);
    assertThat(x[0]).isEqualTo(-1f);
    assertThat(x[1]).isEqualTo(-0.42745095f);
    assertThat(x[2]).isEqualTo(0.14509809f);
    assertThat(x[(5 * size + 7) * 3 + 1]).isEqualTo(-0.23921567f);
    assertThat(x[x.length - 1]).isEqualTo(-0.035294116f);
    double sum = 0;
    double square = 0;
    for (float v : x) {
      sum += v;
      square += (double) v * v;
    }
    assertThat(sum).isEqualTo(17.914288, offset(1e-3));
    assertThat(Math.sqrt(square)).isEqualTo(112.46072, offset(1e-4));
  }

  @Test
  void ownStatisticsApplyByChannel() {
    float[] out = new float[3];
    Normalization.of(new float[] {0, 0.5f, 1}, new float[] {1, 0.25f, 2})
        .apply(new byte[] {-1, -1, -1}, out);
    assertThat(out).containsExactly(1, 2, 0);
    assertThatThrownBy(() -> Normalization.of(new float[3], new float[3]))
        .hasMessageContaining("positive");
  }
}
