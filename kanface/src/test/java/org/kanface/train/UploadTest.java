package org.kanface.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kanface.data.load.Augment;
import org.kanface.data.load.BatchLoader;
import org.kanface.data.load.ImagePreparation;
import org.kanface.data.load.LoaderOptions;
import org.kanface.data.load.Normalization;
import org.kanface.data.load.SampleOrder;
import org.kanface.data.load.Scaling;
import org.kanface.data.synthetic.SyntheticDataset;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.tensor.Device;
import org.kanface.tensor.Tensor;

class UploadTest {
  private static final int SIDE = 32;

  /// Mirrored ones among them.
  @Test
  void bytesBecomeTheSameBitsOnTheDevice() throws InterruptedException {
    var data = new SyntheticDataset(new SyntheticFaces(7, 1, SIDE), 0, 3, 4);
    var normalization =
        Normalization.of(
            new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});
    try (var floats = new BatchLoader(data, options(normalization));
        var bytes = new BatchLoader(data, options(null));
        var expected = floats.next();
        var batch = bytes.next();
        Tensor plain = Upload.images(expected, Device.cpu(), normalization);
        Tensor images = Upload.images(batch, Device.cpu(), normalization)) {
      assertThat(images.shape()).isEqualTo(plain.shape());
      assertThat(images.toFloats()).isEqualTo(plain.toFloats());
      assertThat(batch.images().byteSize() * 4).isEqualTo(expected.images().byteSize());
    }
  }

  private static LoaderOptions options(@Nullable Normalization normalization) {
    var images = new ImagePreparation(SIDE, Scaling.NONE, Augment.FLIP, 0, false, normalization);
    return new LoaderOptions(6, 2, SampleOrder.shuffled(42, true), images);
  }
}
