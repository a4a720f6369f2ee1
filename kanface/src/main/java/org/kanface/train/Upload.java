package org.kanface.train;

import org.kanface.data.load.Batch;
import org.kanface.data.load.Normalization;
import org.kanface.kernels.DType;
import org.kanface.kernels.Images;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// The way of a batch's images to a device.
final class Upload {
  private Upload() {}

  /// Normalised images `[size, side, side, 3]`, float32, to be closed. A batch of bytes crosses the
  /// bus as it is, a quarter of the floats, and is normalised there, to the same bits.
  static Tensor images(Batch batch, Device device, Normalization normalization) {
    var shape = Shape.of(batch.size(), batch.side(), batch.side(), 3);
    Tensor images = Tensor.empty(device, DType.F32, shape);
    if (batch.type() == DType.F32) {
      images.write(batch.images());
      return images;
    }
    var described =
        new Images(
            batch.size(),
            batch.side(),
            batch.side(),
            channels(normalization.mean()),
            channels(normalization.std()));
    try (Tensor bytes = Tensor.empty(device, DType.U8, shape)) {
      bytes.write(batch.images());
      images.kernels().cast().images(described, bytes.memory(), null, DType.F32, images.memory());
    }
    return images;
  }

  private static Images.Channels channels(float[] rgb) {
    return new Images.Channels(rgb[0], rgb[1], rgb[2]);
  }
}
