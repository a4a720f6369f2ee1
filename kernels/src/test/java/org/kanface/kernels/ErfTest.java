package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErfTest {
  /// Values to 20 digits by mpmath with 60 digits of working precision.
  @ParameterizedTest
  @CsvSource({
    "0, 0.0, 1.0",
    "1e-10, 1.128379167095512615e-10, 0.99999999988716208329",
    "0.25, 0.27632639016823693299, 0.72367360983176306701",
    "0.46875, 0.49261347321793799159, 0.50738652678206200841",
    "0.5, 0.52049987781304653768, 0.47950012218695346232",
    "1, 0.84270079294971486934, 0.15729920705028513066",
    "2, 0.99532226501895273416, 0.0046777349810472658379",
    "3.9, 0.99999996520775140277, 3.4792248597231767129e-8",
    "4, 0.99999998458274209972, 1.5417257900280018852e-8",
    "5, 0.99999999999846254021, 1.5374597944280348502e-12",
    "10, 1.0, 2.088487583762544757e-45",
    "26, 1.0, 5.6631924088561428465e-296",
  })
  void agreesWithExactValues(double x, double erf, double erfc) {
    assertThat(Erf.erf(x)).isCloseTo(erf, relative(erf));
    assertThat(Erf.erf(-x)).isEqualTo(-Erf.erf(x));
    assertThat(Erf.erfc(x)).isCloseTo(erfc, relative(erfc));
    assertThat(Erf.erfc(-x)).isCloseTo(2 - erfc, relative(1));
  }

  private static Offset<Double> relative(double value) {
    return Offset.offset(Math.abs(value) * 1e-15);
  }

  @Test
  void endsOfTheLine() {
    assertThat(Erf.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(Erf.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(Erf.erfc(Double.POSITIVE_INFINITY)).isEqualTo(0);
    assertThat(Erf.erf(Double.NaN)).isNaN();
    assertThat(Erf.erfc(Double.NaN)).isNaN();
  }
}
