package org.kanface.data.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceSubset;
import org.kanface.data.image.RgbImage;

class SplitTest {
  /// Identity `l` has `counts[l]` images.
  private record Counted(int... counts) implements FaceDataset {
    @Override
    public int size() {
      return Arrays.stream(counts).sum();
    }

    @Override
    public int classes() {
      return counts.length;
    }

    @Override
    public int label(int index) {
      int label = 0;
      for (int before = counts[0]; before <= index; before += counts[label]) {
        label++;
      }
      return label;
    }

    @Override
    public String name(int index) {
      return "image %03d".formatted(index);
    }

    @Override
    public RgbImage image(int index) {
      return RgbImage.black(4, 4);
    }
  }

  private static int[] counts(int people, int each) {
    return IntStream.generate(() -> each).limit(people).toArray();
  }

  private static int[] sorted(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).sorted().toArray();
  }

  @Test
  void everyImageIsInOnePart() {
    var data = new Counted(counts(40, 12));

    for (Split split : new Split[] {Split.byImage(data, 42), Split.byIdentity(data, 42)}) {
      assertThat(sorted(split.train(), split.validation(), split.test()))
          .isEqualTo(IntStream.range(0, 480).toArray());
    }
  }

  /// 40 images each: 35.2 are kept, 2.88 validate, 1.92 test.
  @Test
  void byImageEveryIdentityGivesItsShare() {
    var data = new Counted(counts(12, 40));
    Split split = Split.byImage(data, 42);

    assertThat(split.train()).hasSize(480 - 58);
    assertThat(split.test()).hasSize(24); // ⌈0.4 · 58⌉
    for (int person = 0; person < 12; person++) {
      int p = person;
      assertThat(Arrays.stream(split.train()).filter(i -> data.label(i) == p).count())
          .isBetween(35L, 36L);
      assertThat(Arrays.stream(split.test()).filter(i -> data.label(i) == p).count())
          .isBetween(1L, 2L);
    }
    assertThat(Split.byImage(data, 42).test()).isEqualTo(split.test());
    assertThat(Split.byImage(data, 43).test()).isNotEqualTo(split.test());
  }

  @Test
  void byIdentityNobodyIsInTwoParts() {
    var data = new Counted(counts(50, 3));
    Split split = Split.byIdentity(data, 1);

    assertThat(split.test()).hasSize(3 * 3); // of 50: 6 held back, ⌈0.4 · 6⌉ of them to test
    assertThat(split.validation()).hasSize(3 * 3);
    var people = new HashSet<Integer>();
    for (int[] part : new int[][] {split.train(), split.validation(), split.test()}) {
      Arrays.stream(part)
          .map(data::label)
          .distinct()
          .forEach(l -> assertThat(people.add(l)).isTrue());
    }
  }

  @Test
  void tooLittleDataIsRefusedInOneSentence() {
    assertThatThrownBy(() -> Split.byIdentity(new Counted(counts(20, 5)), 1))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith("needs two or more in each part, the data has 20 in all.");
    assertThatThrownBy(() -> Split.byImage(new Counted(1, 1), 1))
        .hasMessage("A split by image needs 5 images or more, the data has 2.");
    assertThatThrownBy(() -> Split.byImage(new Counted(counts(60, 1)), 1))
        .hasMessageContaining("has 1 image: a split by image leaves none to train on");
  }

  @Test
  void imagesThatComeAgainAreTheSameOnesEveryTime() {
    Split split = Split.byImage(new Counted(counts(5, 20)), 42);

    int[] again = split.again(0.75, 7);

    assertThat(again).hasSize(66).doesNotHaveDuplicates(); // 0.75 · 88
    assertThat(split.again(0.75, 7)).isEqualTo(again);
    assertThat(split.train()).contains(again);
    assertThat(split.again(0, 7)).isEmpty();
  }

  @Test
  void pairsOfStrangersAreAllDifferentAndHalfAlike() {
    var data = new Counted(6, 2, 1, 9, 4, 3, 7, 8);

    var set = HeldOutPairs.of("test", data, 60, 5);

    assertThat(set.pairs()).hasSize(60).doesNotHaveDuplicates();
    var seen = new HashSet<Long>();
    for (var pair : set.pairs()) {
      assertThat(pair.a()).isNotEqualTo(pair.b());
      assertThat(data.label(pair.a()) == data.label(pair.b())).isEqualTo(pair.same());
      assertThat(seen.add(Math.min(pair.a(), pair.b()) * 1000L + Math.max(pair.a(), pair.b())))
          .isTrue();
    }
    assertThat(set.pairs().stream().filter(p -> p.same()).count()).isEqualTo(30);
    assertThat(set.pairs().stream().filter(p -> p.fold() == 9 && p.same()).count()).isEqualTo(3);
    assertThat(HeldOutPairs.of("test", data, 60, 5).pairs()).isEqualTo(set.pairs());
  }

  /// Pairs of one person: 15 + 1 + 0 = 16, all of which are found.
  @Test
  void thereAreNoMorePairsThanTheImagesGive() {
    assertThat(HeldOutPairs.of("test", new Counted(6, 2, 1), 1000, 5).pairs()).hasSize(32);
    assertThatThrownBy(() -> HeldOutPairs.of("test", new Counted(3, 2), 1000, 5))
        .hasMessage(
            "The test part has 5 images of 2 people: they give 4 pairs of one person and 6 of two,"
                + " expected 10 or more of each.");
  }

  @Test
  void aSubsetCanKeepTheNumbersOfIdentities() {
    var data = new Counted(2, 2, 2);

    var subset = FaceSubset.keepingIdentities(data, new int[] {5, 0, 5});

    assertThat(subset.classes()).isEqualTo(3);
    assertThat(IntStream.range(0, 3).map(subset::label)).containsExactly(2, 0, 2);
    assertThat(new FaceSubset(data, new int[] {5, 0, 5}).classes()).isEqualTo(2);
  }

  @Test
  void listsAreWrittenOnceAndComparedThen(@TempDir Path folder) throws Exception {
    var data = new Counted(counts(5, 20));
    Split split = Split.byImage(data, 42);

    SplitFiles.keep(folder, data, split);
    SplitFiles.keep(folder, data, split);

    assertThat(Files.readAllLines(folder.resolve("test.txt"))).hasSize(split.test().length);
    assertThatThrownBy(() -> SplitFiles.keep(folder, data, Split.byImage(data, 43)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("train.txt lists other images");
  }
}
