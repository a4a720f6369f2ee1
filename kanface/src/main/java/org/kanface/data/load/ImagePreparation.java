package org.kanface.data.load;

import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;
import org.kanface.kernels.DType;

/// What becomes of an image between its file and a batch.
///
/// @param side in pixels that every image must have
/// @param scaling how other sizes come to `side`
/// @param augment what happens to an image then
/// @param augmentFrom the first sample that it happens to; those before it stay as they are
/// @param skipDamaged replace an unreadable image by the next readable one and list it, instead of
///     failing
/// @param normalization from bytes to the network's input; `null` leaves them bytes, for whoever
///     normalises them later
public record ImagePreparation(
    int side,
    Scaling scaling,
    Augmentation augment,
    int augmentFrom,
    boolean skipDamaged,
    @Nullable Normalization normalization) {

  public ImagePreparation {
    if (side < 1) {
      throw DataException.of("Loader: image size must be at least 1, got %d.", side);
    }
  }

  /// Without augmentation.
  public static ImagePreparation plain(
      int side, Scaling scaling, @Nullable Normalization normalization) {
    return new ImagePreparation(side, scaling, Augment.NONE, 0, false, normalization);
  }

  /// Of an image's elements in a batch: F32 where they are normalised, else U8.
  DType type() {
    return normalization == null ? DType.U8 : DType.F32;
  }
}
