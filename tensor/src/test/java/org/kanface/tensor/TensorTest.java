package org.kanface.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.DType;
import org.kanface.kernels.Precision;

class TensorTest {
  private static final Device DEVICE = Device.cpu();

  private final LeakCheck leaks = LeakCheck.on(DEVICE);

  @AfterEach
  void nothingLeaks() {
    leaks.close();
  }

  private static Tensor counting(long... dims) {
    Shape shape = Shape.of(dims);
    var values = new float[Math.toIntExact(shape.numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.of(DEVICE, shape, values);
  }

  @RepeatedTest(100)
  void copiesOfViewsHoldTheElementsThatTheLayoutNames(RepetitionInfo info) {
    var gen = new Gen(info.getCurrentRepetition());
    Shape shape = gen.shape();
    float[] values = gen.floats(shape.numel());
    int[] order = gen.order(shape.rank());
    try (Tensor t = Tensor.of(DEVICE, shape, values);
        Tensor moved = t.permute(order);
        Tensor copy = moved.copy()) {
      assertThat(copy.layout().isContiguous()).isTrue();
      assertThat(moved.toFloats()).isEqualTo(copy.toFloats());
      var expected = new float[values.length];
      long[] strides = moved.layout().strides();
      for (int i = 0; i < expected.length; i++) {
        long rest = i;
        long at = 0;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
          long size = moved.shape().dim(axis);
          at += rest % size * strides[axis];
          rest /= size;
        }
        expected[i] = values[Math.toIntExact(at)];
      }
      assertThat(copy.toFloats()).as("seed %d", info.getCurrentRepetition()).isEqualTo(expected);
    }
  }

  @Test
  void aSecondEqualStepAllocatesNoNativeBlock() {
    long first = 0;
    for (int step = 0; step < 3; step++) {
      try (Tensor a = counting(7, 33);
          Tensor b = a.permute(1, 0);
          Tensor c = b.contiguous();
          Tensor d = Tensor.zeros(DEVICE, DType.F32, Shape.of(1021))) {
        assertThat(c.numel() + d.numel()).isEqualTo(7 * 33 + 1021);
      }
      long blocks = DEVICE.pool().stats().nativeBlocks();
      assertThat(step == 0 ? blocks : first).isEqualTo(blocks);
      first = blocks;
    }
  }

  @Test
  void viewsOutliveTheTensorTheyWereMadeFrom() {
    Tensor whole = counting(3, 4);
    try (Tensor row = whole.slice(0, 1, 2)) {
      assertThat(row.isShared()).isTrue();
      whole.close();
      assertThat(row.isShared()).isFalse();
      try (Tensor other = counting(3, 4)) { // must not get the row's memory
        other.fill(-1);
        assertThat(row.toFloats()).containsExactly(4, 5, 6, 7);
      }
    }
  }

  @Test
  void viewsSeeWhatIsWritten() {
    try (Tensor whole = counting(2, 3);
        Tensor column = whole.slice(1, 1, 2);
        Tensor nines = Tensor.full(DEVICE, DType.F32, column.shape(), 9)) {
      column.copyFrom(nines);
      assertThat(whole.toFloats()).containsExactly(0, 9, 2, 3, 9, 5);
    }
  }

  @Test
  void contiguousCopiesOnlyWhereItMust() {
    try (Tensor t = counting(2, 3);
        Tensor same = t.contiguous();
        Tensor flipped = t.permute(1, 0);
        Tensor packed = flipped.contiguous()) {
      assertThat(leaks.newBlocks()).isEqualTo(2);
      assertThat(same.isShared()).isTrue();
      assertThat(packed.isShared()).isFalse();
      assertThat(packed.toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
    }
  }

  @Test
  void repeatsWithoutCopying() {
    try (Tensor row = counting(2);
        Tensor all = row.broadcastTo(Shape.of(3, 2))) {
      assertThat(leaks.newBlocks()).isEqualTo(1);
      assertThat(all.toFloats()).containsExactly(0, 1, 0, 1, 0, 1);
    }
  }

  @Test
  void refusesUseAfterItWasClosed() {
    Tensor t = counting(2);
    t.close();
    t.close(); // harmless
    assertThatThrownBy(t::memory)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("[tensor] [2] is used after it was closed");
    assertThatThrownBy(t::toFloats).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(t::retain).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> t.fill(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesWhatDoesNotFit() {
    try (Tensor t = counting(2, 3);
        Tensor flipped = t.permute(1, 0);
        Tensor reference = Tensor.zeros(Device.reference(), DType.F32, Shape.of(2, 3))) {
      assertThatThrownBy(() -> Tensor.of(DEVICE, Shape.of(2), 1f))
          .hasMessage("[tensor] [2] holds 2 values, got 1");
      assertThatThrownBy(flipped::memory)
          .hasMessage("[memory] [3, 2] strides [1, 3] offset 0 is not contiguous");
      assertThatThrownBy(t::item).hasMessage("[item] [2, 3]: expected one element");
      assertThatThrownBy(t::toLongs).hasMessage("[tensor] expected I64, this one is F32");
      assertThatThrownBy(() -> t.write(MemorySegment.ofArray(new float[5])))
          .hasMessage("[write] F32 [2, 3] holds 24 bytes, got 20");
      assertThatThrownBy(() -> t.read(MemorySegment.ofArray(new float[7])))
          .hasMessage("[read] F32 [2, 3] holds 24 bytes, room for 28");
      assertThatThrownBy(() -> t.copyFrom(flipped))
          .hasMessage(
              "[copy] F32 [3, 2] on cpu to F32 [2, 3] on cpu: expected equal shapes, types and"
                  + " devices");
      assertThatThrownBy(() -> t.copyFrom(reference))
          .hasMessageStartingWith("[copy] F32 [2, 3] on reference to F32 [2, 3] on cpu");
    }
  }

  @Test
  void goesToAnotherDeviceAndBack() {
    try (Tensor t = counting(2, 3);
        Tensor flipped = t.permute(1, 0);
        Tensor there = flipped.to(Device.reference());
        Tensor back = there.to(DEVICE)) {
      assertThat(there.device()).isSameAs(Device.reference());
      assertThat(back.toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
    }
  }

  @Test
  void holdsWholeNumbersAndDoubles() {
    Shape shape = Shape.of(3);
    try (Tensor longs = Tensor.ofLongs(DEVICE, shape, 1, -1, Long.MAX_VALUE);
        Tensor doubles = Tensor.ofDoubles(Device.reference(), shape, 0.1, 1e300, -0.0)) {
      assertThat(longs.toLongs()).containsExactly(1, -1, Long.MAX_VALUE);
      assertThat(doubles.toDoubles()).containsExactly(0.1, 1e300, -0.0);
      assertThat(doubles.byteSize()).isEqualTo(24);
    }
  }

  @Test
  void tellsWhetherAllIsFinite() {
    try (Tensor t = counting(2, 3);
        Tensor column = t.slice(1, 0, 1)) {
      assertThat(t.isFinite()).isTrue();
      t.write(MemorySegment.ofArray(new float[] {0, Float.NaN, 0, 0, 0, 0}));
      assertThat(t.isFinite()).isFalse();
      assertThat(column.isFinite()).isTrue();
    }
  }

  @Test
  void emptyTensorsAreTensors() {
    try (Tensor t = Tensor.zeros(DEVICE, DType.F32, Shape.of(0, 3));
        Tensor flipped = t.permute(1, 0);
        Tensor copy = flipped.copy()) {
      assertThat(copy.toFloats()).isEmpty();
      assertThat(copy.shape()).isEqualTo(Shape.of(3, 0));
    }
  }

  @Test
  void leakCheckNamesTheDeviceAndTheAmount() {
    LeakCheck check = LeakCheck.on(DEVICE);
    Tensor t = counting(16);
    assertThatThrownBy(check::close)
        .isInstanceOf(AssertionError.class)
        .hasMessage("device cpu: 1 blocks leaked (64 bytes)");
    t.close();
    check.close();
  }

  @Test
  void devicesAreOneObjectEachWhateverTheyAreCalled() {
    Device auto = Device.of("auto");
    assertThat(Device.of(auto.name())).isSameAs(auto);
    assertThat(Arrays.asList(auto.reason(), auto.name())).doesNotContain("asked for");
    assumeTrue(auto.equals(DEVICE), "auto takes " + auto);
    assertThatThrownBy(() -> Device.of("auto", Precision.BF16))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "precision bf16 cannot be had on device cpu, which auto takes (%s): it multiplies in"
                + " f32 alone",
            auto.reason());
  }

  @Test
  void unknownDevicesAndTypesAreRefused() {
    assertThatThrownBy(() -> Device.of("gpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("device: expected auto, ");
    assertThatThrownBy(() -> DEVICE.kernels(DType.I64))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("device cpu has no kernels for I64");
  }
}
