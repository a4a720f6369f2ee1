package org.kanface.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.tensor.Shape;

class PackingTest {
  static List<Packing> packings() {
    return List.of(
        Packing.plain(Shape.SCALAR),
        Packing.plain(Shape.of(3, 5)),
        Packing.conv(4, 3, 2, 5),
        Packing.conv(6, 1, 3, 3),
        Packing.spline(3, 4, 7),
        new Packing(Shape.of(2, 3, 4), List.of(2, 0, 1)));
  }

  @ParameterizedTest
  @MethodSource("packings")
  void goesThereAndBack(Packing packing) {
    float[] values = HashFill.values("packing", (int) packing.external().numel(), 1);

    assertThat(packing.toExternal(packing.toInternal(values))).containsExactly(values);
    assertThat(packing.internal().numel()).isEqualTo(packing.external().numel());
  }

  @Test
  void convolutionPutsChannelsLast() {
    Packing packing = Packing.conv(1, 2, 1, 3); // OIHW [1, 2, 1, 3]

    assertThat(packing.internal()).isEqualTo(Shape.of(1, 1, 3, 2));
    assertThat(packing.toInternal(new float[] {0, 1, 2, 10, 11, 12}))
        .containsExactly(0, 10, 1, 11, 2, 12);
  }

  @Test
  void splinePutsOutputsLast() {
    Packing packing = Packing.spline(1, 2, 3); // [in 1, out 2, basis 3]

    assertThat(packing.internal()).isEqualTo(Shape.of(1, 3, 2));
    assertThat(packing.toInternal(new float[] {0, 1, 2, 10, 11, 12}))
        .containsExactly(0, 10, 1, 11, 2, 12);
  }
}
