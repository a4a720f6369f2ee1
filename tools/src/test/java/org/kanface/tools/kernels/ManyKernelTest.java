package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.Block;
import org.kanface.kernels.OptimizerKernels.Adam;
import org.kanface.kernels.OptimizerKernels.Sgd;
import org.kanface.kernels.OptimizerKernels.State;
import org.kanface.tools.ptx.Dim3;

/// `many.cu` against the plain loops: lists of one block, of some, of as many as fit.
final class ManyKernelTest {
  private static final Dim3 BLOCK = Dim3.of(256);
  private static final int BLOCKS = 128;
  private static final int STATES = 72;
  private static final long SPAN = 64;

  /// The structure that the kernels take: addresses by kind, lengths, first parts.
  static byte[] list(int capacity, List<List<Twin>> blocks, long span) {
    int kinds = blocks.getFirst().size();
    var fields =
        ByteBuffer.allocate(8 * ((kinds + 2) * capacity + 1)).order(ByteOrder.LITTLE_ENDIAN);
    long parts = 0;
    for (int t = 0; t < capacity; t++) {
      for (int kind = 0; kind < kinds && t < blocks.size(); kind++) {
        fields.putLong(8 * (kind * capacity + t), blocks.get(t).get(kind).device());
      }
      long n = t < blocks.size() ? blocks.get(t).getFirst().size() : 0;
      fields.putLong(8 * (kinds * capacity + t), n);
      fields.putLong(8 * ((kinds + 1) * capacity + t), parts);
      parts += (n + span - 1) / span;
    }
    fields.putLong(8 * ((kinds + 2) * capacity), parts);
    return fields.array();
  }

  private static long parts(List<List<Twin>> blocks) {
    return blocks.stream().mapToLong(b -> (b.getFirst().size() + SPAN - 1) / SPAN).sum();
  }

  private static long size(int i) {
    return i % 5 == 0 ? 1 : i % 5 == 1 ? SPAN : 37L * i % 300 + 1;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 128})
  void norms(int count) {
    try (var b = new Workbench("many", count)) {
      var twins = new ArrayList<List<Twin>>();
      for (int i = 0; i < count; i++) {
        twins.add(List.of(b.in("x" + i, size(i))));
      }
      List<Block> blocks =
          twins.stream().map(t -> new Block(t.getFirst().size(), t.getFirst().host())).toList();
      byte[] list = list(BLOCKS, twins, SPAN);
      Twin partial = b.outBytes("partial", parts(twins), Double.BYTES);
      for (int grid : new int[] {1, 7}) {
        b.launch("many_squares_f32", Dim3.of(grid), BLOCK, 0, list, partial, SPAN);
        assertThat(Arrays.stream(b.doubles(partial)).sum())
            .isCloseTo(
                Workbench.REFERENCE.reduce().sumOfSquares(blocks),
                org.assertj.core.api.Assertions.withinPercentage(1e-10));
      }
      Twin flag = b.ints("flag", 0);
      b.launch("many_finite_f32", Dim3.of(3), BLOCK, 0, list, flag, SPAN);
      b.launch("many_unscale_f32", Dim3.of(3), BLOCK, 0, list, flag, SPAN, 0.5f);
      assertThat(b.ints(flag)).containsExactly(0);
      assertThat(Workbench.REFERENCE.optimizer().unscale(0.5, blocks)).isTrue();
      twins.forEach(t -> b.requireEqual(t.getFirst(), 0, 0));
      b.launch("many_unscale_f32", Dim3.of(3), BLOCK, 0, list, flag, SPAN, Float.POSITIVE_INFINITY);
      assertThat(b.ints(flag)).containsExactly(1);
      Twin again = b.ints("again", 0);
      b.launch("many_finite_f32", Dim3.of(3), BLOCK, 0, list, again, SPAN);
      assertThat(b.ints(again)).containsExactly(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 72})
  void steps(int count) {
    try (var b = new Workbench("many", count)) {
      var twins = new ArrayList<List<Twin>>();
      for (int i = 0; i < count; i++) {
        long n = size(i);
        twins.add(
            List.of(
                b.in("p" + i, n),
                b.in("g" + i, n, 0.05, 1),
                b.in("a" + i, n),
                b.in("b" + i, n, 0.01, 1)));
      }
      List<State> states =
          twins.stream()
              .map(
                  t ->
                      new State(
                          t.getFirst().size(),
                          t.get(0).host(),
                          t.get(1).host(),
                          t.get(2).host(),
                          t.get(3).host()))
              .toList();
      byte[] list = list(STATES, twins, SPAN);
      var adam = new Adam(6e-3, 0.9, 0.999, 1e-8, 0.05, true, 1000, 0.125);
      b.launch(
          "many_adam_f32",
          Dim3.of(5),
          BLOCK,
          0,
          list,
          SPAN,
          (float) (1 - 6e-3 * 0.05),
          0f,
          0.9f,
          (float) (1 - 0.9),
          0.999f,
          (float) (1 - 0.999),
          (float) (6e-3 / (1 - Math.pow(0.9, 1000))),
          (float) Math.sqrt(1 - Math.pow(0.999, 1000)),
          1e-8f,
          0.125f);
      Workbench.REFERENCE.optimizer().adam(adam, states);
      requireClose(b, twins);
      var sgd = new Sgd(0.1, 0.9, 0.2, 5e-4, true, false, 0.25);
      b.launch(
          "many_sgd_f32",
          Dim3.of(5),
          BLOCK,
          0,
          list,
          SPAN,
          0.1f,
          0.9f,
          (float) (1 - 0.2),
          5e-4f,
          0.25f,
          1,
          0);
      Workbench.REFERENCE.optimizer().sgd(sgd, states);
      requireClose(b, twins);
    }
  }

  private static void requireClose(Workbench b, List<List<Twin>> twins) {
    twins.forEach(states -> states.forEach(t -> b.requireEqual(t, 16, 1)));
  }
}
