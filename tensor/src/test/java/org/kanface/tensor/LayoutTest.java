package org.kanface.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LayoutTest {
  /// Positions of all elements in row-major order, by the definition: offset + Σ index * stride.
  private static List<Long> positions(Layout layout) {
    var positions = new ArrayList<Long>();
    collect(layout, 0, layout.offset(), positions);
    return positions;
  }

  private static void collect(Layout layout, int axis, long at, List<Long> positions) {
    if (axis == layout.shape().rank()) {
      positions.add(at);
      return;
    }
    for (long i = 0; i < layout.shape().dim(axis); i++) {
      collect(layout, axis + 1, at + i * layout.stride(axis), positions);
    }
  }

  /// A contiguous layout after a few random views.
  private static Layout anyView(Gen gen) {
    Layout layout = Layout.contiguous(gen.shape());
    for (long step = gen.below(4); step > 0; step--) {
      Shape s = layout.shape();
      if (gen.chance(0.5) || s.rank() == 0) {
        layout = layout.permute(gen.order(s.rank()));
      } else {
        int axis = Math.toIntExact(gen.below(s.rank()));
        long from = gen.below(s.dim(axis) + 1);
        layout = layout.slice(axis, from, from + gen.below(s.dim(axis) - from + 1));
      }
    }
    return layout;
  }

  @RepeatedTest(100)
  void contiguousIsRowMajor(RepetitionInfo info) {
    Shape s = new Gen(info.getCurrentRepetition()).shape();
    assertThat(positions(Layout.contiguous(s)))
        .as("%s, seed %d", s, info.getCurrentRepetition())
        .isEqualTo(LongStream.range(0, s.numel()).boxed().toList());
  }

  @RepeatedTest(200)
  void contiguousMeansConsecutivePositions(RepetitionInfo info) {
    Layout layout = anyView(new Gen(info.getCurrentRepetition()));
    List<Long> positions = positions(layout);
    boolean consecutive =
        LongStream.range(0, positions.size())
            .allMatch(i -> positions.get((int) i) == positions.getFirst() + i);
    assertThat(layout.isContiguous())
        .as("%s, seed %d", layout, info.getCurrentRepetition())
        .isEqualTo(consecutive);
  }

  @RepeatedTest(200)
  void permuteThereAndBackChangesNothing(RepetitionInfo info) {
    var gen = new Gen(info.getCurrentRepetition());
    Layout layout = anyView(gen);
    int rank = layout.shape().rank();
    int[] order = gen.order(rank);
    var back = new int[rank];
    for (int i = 0; i < rank; i++) {
      back[layout.shape().axis(order[i])] = i;
    }
    assertThat(positions(layout.permute(order).permute(back)))
        .as("%s by %s", layout, Arrays.toString(order))
        .isEqualTo(positions(layout));
  }

  @RepeatedTest(200)
  void slicesOfAnAxisCoverIt(RepetitionInfo info) {
    var gen = new Gen(info.getCurrentRepetition());
    Layout layout = anyView(gen);
    if (layout.shape().rank() == 0) {
      return;
    }
    long n = layout.shape().dim(0); // along the first axis, concatenation keeps the order
    long cut = gen.below(n + 1);
    var both = new ArrayList<>(positions(layout.slice(0, 0, cut)));
    both.addAll(positions(layout.slice(0, cut, n)));
    assertThat(both).as("%s cut at %d", layout, cut).isEqualTo(positions(layout));
  }

  @RepeatedTest(200)
  void broadcastRepeats(RepetitionInfo info) {
    var gen = new Gen(info.getCurrentRepetition());
    Shape target = gen.shape();
    Layout layout = Layout.contiguous(gen.broadcastable(target));
    Layout repeated = layout.broadcastTo(target);
    assertThat(repeated.shape()).isEqualTo(target);
    assertThat(LongStream.range(0, target.rank()).map(i -> repeated.stride((int) i)))
        .as("%s to %s", layout, target)
        .allMatch(stride -> stride >= 0);
    assertThat(positions(repeated)).allMatch(p -> p < Math.max(1, layout.shape().numel()));
  }

  @Test
  void broadcastStridesAreZeroWhereAxesRepeat() {
    Layout row = Layout.contiguous(Shape.of(3, 1));
    assertThat(row.broadcastTo(Shape.of(2, 3, 4)).strides()).containsExactly(0, 1, 0);
  }

  @Test
  void reshapeKeepsTheOffsetOfAContiguousSlice() {
    Layout rows = Layout.contiguous(Shape.of(4, 6)).slice(0, 1, 3);
    assertThat(positions(rows.reshape(Shape.of(3, 4)))).isEqualTo(positions(rows));
  }

  @Test
  void namesWhatDoesNotFit() {
    Layout layout = Layout.contiguous(Shape.of(2, 3));
    assertThatThrownBy(() -> layout.permute(0, 0))
        .hasMessage("[permute] [2, 3] by [0, 0]: expected each of 2 axes once");
    assertThatThrownBy(() -> layout.slice(1, 1, 4))
        .hasMessage("[slice] [2, 3], axis 1, [1, 4): expected a range within [0, 3)");
    assertThatThrownBy(() -> layout.slice(2, 0, 1))
        .hasMessage("[shape] axis 2 of [2, 3]: no such axis");
    assertThatThrownBy(() -> layout.broadcastTo(Shape.of(4, 3)))
        .hasMessage("[broadcast] [2, 3] with [4, 3]: axis 0 is 2 and 4");
    assertThatThrownBy(() -> layout.broadcastTo(Shape.of(3)))
        .hasMessage("[broadcast] [2, 3] to [3]: sizes differ and are not 1");
    assertThatThrownBy(() -> layout.reshape(Shape.of(5)))
        .hasMessage("[reshape] [2, 3] to [5]: expected 6 elements, got 5");
    assertThatThrownBy(() -> layout.permute(1, 0).reshape(Shape.of(6)))
        .hasMessage("[reshape] [3, 2] with strides [1, 3] is not contiguous");
  }
}
