package org.kanface.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.kan.KANLinear;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;

class StateDictTest {
  @TempDir private Path folder;

  private static KANLinear kan(int gridSize, long seed) {
    return new KANLinear(
        Init.of(Device.cpu(), seed), KANLinear.Config.of(2, 3, gridSize, 3, Reduction.MEAN));
  }

  @Test
  void goesThroughAFile() throws IOException {
    Path path = folder.resolve("a.safetensors");
    try (KANLinear from = kan(5, 1);
        KANLinear to = kan(5, 2)) {
      StateDict.save(from, path, Map.of("made_by", "test"));
      try (var file = SafeTensors.open(path)) {
        assertThat(file.metadata()).containsExactly(Map.entry("made_by", "test"));
        assertThat(file.entries().sequencedKeySet())
            .containsExactly("grid", "coef", "scale_base", "scale_sp");
        assertThat(file.entry("coef").shape()).isEqualTo(Shape.of(2, 3, 8));
        StateDict.load(to, file.entries(), "a.safetensors");
      }
      from.state()
          .forEach((key, p) -> assertThat(to.state().get(key).external()).isEqualTo(p.external()));
    }
  }

  @Test
  void keepsCountersAsIntegers() {
    try (var from = new BatchNorm(Init.of(Device.cpu(), 1), BatchNorm.Config.of(3));
        var to = new BatchNorm(Init.of(Device.cpu(), 1), BatchNorm.Config.of(3))) {
      SequencedMap<String, SafeTensors.Entry> entries = StateDict.of(from);
      assertThat(entries.sequencedKeySet())
          .containsExactly("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
      assertThat(entries.get("num_batches_tracked").dtype()).isEqualTo(DType.I64);
      entries.put("num_batches_tracked", SafeTensors.Entry.of(Shape.SCALAR, new long[] {1L << 40}));

      StateDict.load(to, entries, "x");

      assertThat(to.state().get("num_batches_tracked").var().value().toLongs())
          .containsExactly(1L << 40);
    }
  }

  @Test
  void writesDoubleParametersAsFloats() {
    var config = KANLinear.Config.of(2, 3, 5, 3, Reduction.MEAN);
    try (var module = new KANLinear(new Init(Device.reference(), DType.F64, 1), config)) {
      StateDict.of(module).values().forEach(e -> assertThat(e.dtype()).isEqualTo(DType.F32));
    }
  }

  @Test
  void aMissingKeyIsNamed() {
    refuse(5, e -> e.remove("scale_sp"), "x has no \"scale_sp\" [2, 3]");
  }

  @Test
  void anUnknownKeyIsNamed() {
    refuse(
        5,
        e -> e.put("bias", SafeTensors.Entry.of(Shape.of(1), new float[1])),
        "x: \"bias\" belongs to another network");
  }

  @Test
  void anotherShapeIsNamed() {
    refuse(
        5,
        e -> e.put("scale_base", SafeTensors.Entry.of(Shape.of(3, 2), new float[6])),
        "x: \"scale_base\" is [3, 2], expected [2, 3]");
  }

  @Test
  void anotherGridSizeIsExplained() {
    refuse(
        8,
        e -> {},
        "x: \"grid\" is [2, 15], expected [2, 12] (its grid_size is 3 larger than this network's)");
  }

  /// Loading what `change` made of a layer's state ends with `message` and changes nothing.
  private static void refuse(
      int gridSize, Consumer<Map<String, SafeTensors.Entry>> change, String message) {
    try (KANLinear from = kan(gridSize, 1);
        KANLinear to = kan(5, 2)) {
      SequencedMap<String, SafeTensors.Entry> entries = StateDict.of(from);
      change.accept(entries);
      float[] before = to.state().get("coef").external();

      assertThatThrownBy(() -> StateDict.load(to, entries, "x"))
          .isInstanceOf(StateException.class)
          .hasMessage(message);
      assertThat(to.state().get("coef").external()).isEqualTo(before);
    }
  }
}
