package org.kanface.data.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.image.RgbImage;
import org.kanface.kernels.DType;

class BatchLoaderTest {
  private static final int SIDE = 8;

  /// `size` tiny images filled with their own index; those in `broken` cannot be read.
  private record Tiny(int size, int classes, List<Integer> broken) implements FaceDataset {
    @Override
    public int label(int index) {
      return index % 7;
    }

    @Override
    public String name(int index) {
      return "tiny/" + index + ".png";
    }

    @Override
    public RgbImage image(int index) {
      if (broken.contains(index)) {
        throw DataException.of("%s is damaged: no more bytes.", name(index));
      }
      byte[] pixels = new byte[SIDE * SIDE * 3];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (index * 31 + i);
      }
      return new RgbImage(SIDE, SIDE, pixels);
    }
  }

  private static Tiny tiny(int size) {
    return new Tiny(size, 7, List.of());
  }

  private static LoaderOptions options(int workers) {
    return options(workers, false, SampleOrder.shuffled(42, true));
  }

  private static LoaderOptions options(int workers, boolean skipDamaged, SampleOrder order) {
    var augment = new Augment(2, 10, 0.8f, 0.2f, 0.2f, 0.3f, 0.3f, 0.3f, 0.2f, 0.1f, 0.5f, 0.3f);
    var images =
        new ImagePreparation(SIDE, Scaling.NONE, augment, 0, skipDamaged, Normalization.standard());
    return new LoaderOptions(5, workers, order, images);
  }

  /// One line a batch: epoch, number, indices, labels and a hash of the pixels.
  private static List<String> read(BatchLoader loader, int count) throws InterruptedException {
    var lines = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      try (var b = loader.next()) {
        int n = b.size();
        lines.add(
            "%d/%d %s %s %d"
                .formatted(
                    b.epoch(),
                    b.index(),
                    Arrays.toString(Arrays.copyOf(b.indices(), n)),
                    Arrays.toString(Arrays.copyOf(b.labels(), n)),
                    Arrays.hashCode(b.images().toArray(ValueLayout.JAVA_FLOAT))));
      }
    }
    return lines;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 9})
  void batchesDoNotDependOnTheNumberOfWorkers(int workers) throws InterruptedException {
    try (var one = new BatchLoader(tiny(43), options(1));
        var many = new BatchLoader(tiny(43), options(workers))) {
      assertThat(read(many, 30)).isEqualTo(read(one, 30));
    }
  }

  @Test
  void startsExactlyWhereItIsTold() throws InterruptedException {
    try (var whole = new BatchLoader(tiny(43), options(3));
        var late = new BatchLoader(tiny(43), options(2))) {
      var all = read(whole, 24); // three epochs of 8
      late.start(1, 3);
      assertThat(read(late, 13)).isEqualTo(all.subList(11, 24));
      late.start(0, 2);
      assertThat(read(late, 5)).isEqualTo(all.subList(2, 7));
      late.start(0, 8); // the end of an epoch is the start of the next
      assertThat(read(late, 2)).isEqualTo(all.subList(8, 10));
    }
  }

  @Test
  void visitsEverySampleOnceAnEpoch() throws InterruptedException {
    try (var loader =
        new BatchLoader(tiny(43), options(3, false, SampleOrder.shuffled(42, false)))) {
      assertThat(loader.batchesPerEpoch()).isEqualTo(9);
      boolean[] seen = new boolean[43];
      for (int i = 0; i < 9; i++) {
        try (var b = loader.next()) {
          assertThat(b.size()).isEqualTo(i == 8 ? 3 : 5);
          assertThat(b.lastOfEpoch()).isEqualTo(i == 8);
          assertThat(b.images().byteSize()).isEqualTo(4L * b.size() * SIDE * SIDE * 3);
          for (int k = 0; k < b.size(); k++) {
            assertThat(seen[b.indices()[k]]).isFalse();
            seen[b.indices()[k]] = true;
          }
        }
      }
      assertThat(seen).doesNotContain(false);
    }
  }

  @Test
  void writesNormalisedPixelsInNhwc() throws InterruptedException {
    var images = ImagePreparation.plain(SIDE, Scaling.NONE, Normalization.standard());
    var plain = LoaderOptions.inOrder(2, 1, images);
    try (var loader = new BatchLoader(tiny(3), plain);
        var b = loader.next()) {
      assertThat(b.images().address() % 64).isZero();
      byte[] second = tiny(3).image(1).pixels();
      long at = (long) SIDE * SIDE * 3;
      for (int i = 0; i < second.length; i++) {
        float expected = (((second[i] & 0xFF) / 255f) - 0.5f) / 0.5f;
        assertThat(b.images().getAtIndex(ValueLayout.JAVA_FLOAT, at + i)).isEqualTo(expected);
      }
    }
  }

  @Test
  void samplesBeforeAGivenOneStayAsTheyAre() throws InterruptedException {
    var mirrored =
        new ImagePreparation(
            SIDE, Scaling.NONE, Augment.NONE.withFlip(1), 2, false, Normalization.standard());
    var half = LoaderOptions.inOrder(4, 1, mirrored);
    try (var loader = new BatchLoader(tiny(4), half);
        var b = loader.next()) {
      for (int i = 0; i < 4; i++) {
        RgbImage image = tiny(4).image(i);
        byte[] expected = (i < 2 ? image : image.flip()).pixels();
        float[] pixels = new float[expected.length];
        Normalization.standard().apply(expected, pixels);
        long at = 4L * i * pixels.length;
        assertThat(b.images().asSlice(at, 4L * pixels.length).toArray(ValueLayout.JAVA_FLOAT))
            .isEqualTo(pixels);
      }
    }
  }

  @Test
  void leavesBytesWhereNothingIsToBeNormalised() throws InterruptedException {
    var plain = LoaderOptions.inOrder(2, 1, ImagePreparation.plain(SIDE, Scaling.NONE, null));
    try (var loader = new BatchLoader(tiny(3), plain);
        var b = loader.next()) {
      assertThat(b.type()).isEqualTo(DType.U8);
      assertThat(b.images().byteSize()).isEqualTo(2L * SIDE * SIDE * 3);
      byte[] second = tiny(3).image(1).pixels();
      assertThat(b.images().asSlice(second.length).toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(second);
    }
  }

  @Test
  void buffersAreUsedAgain() throws InterruptedException {
    try (var loader = new BatchLoader(tiny(43), options(2))) {
      var addresses = new HashSet<Long>();
      for (int i = 0; i < 100; i++) {
        try (var b = loader.next()) {
          addresses.add(b.images().address());
        }
      }
      assertThat(addresses).hasSizeLessThanOrEqualTo(4 + 2 + 1);
    }
  }

  @Test
  void holdingEveryBatchIsAnErrorNotADeadlock() throws InterruptedException {
    try (var loader = new BatchLoader(tiny(43), options(1))) {
      for (int i = 0; i < 6; i++) {
        loader.next();
      }
      assertThatThrownBy(loader::next).hasMessageContaining("all 6 batches are held");
    }
  }

  @Test
  void aWorkersErrorReachesTheConsumerWithTheFilesName() {
    try (var loader = new BatchLoader(new Tiny(43, 7, List.of(17)), options(3))) {
      assertThatThrownBy(() -> read(loader, 8))
          .isInstanceOf(DataException.class)
          .hasMessage("tiny/17.png is damaged: no more bytes.");
    }
  }

  @Test
  void damagedImagesMayBeSkippedAndAreListed() throws InterruptedException {
    var data = new Tiny(43, 7, List.of(17, 18, 42));
    var order = SampleOrder.shuffled(42, false);
    try (var one = new BatchLoader(data, options(1, true, order));
        var four = new BatchLoader(data, options(4, true, order))) {
      assertThat(read(four, 9)).isEqualTo(read(one, 9));
      assertThat(one.damaged())
          .containsExactly(
              "tiny/17.png is damaged: no more bytes.",
              "tiny/18.png is damaged: no more bytes.",
              "tiny/42.png is damaged: no more bytes.");
    }
  }

  @Test
  void aSetWithoutReadableImagesIsRefused() {
    var data = new Tiny(5, 7, List.of(0, 1, 2, 3, 4));
    try (var loader = new BatchLoader(data, options(1, true, SampleOrder.NATURAL))) {
      assertThatThrownBy(loader::next).hasMessageContaining("5 images in a row cannot be read");
    }
  }

  @Test
  void otherSizesAndLabelsAreNamed() {
    var larger = ImagePreparation.plain(16, Scaling.NONE, null);
    try (var loader = new BatchLoader(tiny(9), LoaderOptions.inOrder(5, 1, larger))) {
      assertThatThrownBy(loader::next).hasMessageContaining("is 8 x 8 pixels, expected 16 x 16");
    }
    try (var loader = new BatchLoader(new Tiny(9, 3, List.of()), options(1))) {
      assertThatThrownBy(loader::next).hasMessageContaining("expected 0 to 2");
    }
  }

  @Test
  void tooFewImagesForABatchAreRefused() {
    assertThatThrownBy(() -> new BatchLoader(tiny(4), options(1)))
        .hasMessage("The data set gives each of 1 ranks 4 images, too few for one batch of 5.");
    assertThatThrownBy(() -> new BatchLoader(tiny(0), options(1)))
        .hasMessage("The data set holds no image.");
  }

  @Test
  void closeEndsTheThreadsAndFreesTheMemory() throws InterruptedException {
    MemorySegment images;
    try (var loader = new BatchLoader(tiny(43), options(3))) {
      images = loader.next().images();
    }
    assertThat(images.scope().isAlive()).isFalse();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.getName().startsWith("loader-") && t.isAlive());
  }
}
