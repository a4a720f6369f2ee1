package org.kanface.data.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kanface.kernels.DType;

/// Images and labels of one training step, in buffers that the loader uses again after [#close].
///
/// The memory belongs to the loader and is gone when the loader is closed.
public final class Batch implements AutoCloseable {
  private final BatchLoader owner;
  private final MemorySegment images; // [capacity, side, side, 3], 64-byte aligned
  private final DType type;
  private final int side;
  private final long[] labels; // [capacity]
  private final int[] indices; // [capacity]
  private final long imageBytes;
  private int size;
  private int epoch;
  private int index;
  private boolean lastOfEpoch;

  Batch(BatchLoader owner, MemorySegment images, DType type, int capacity, int side) {
    this.owner = owner;
    this.images = images;
    this.type = type;
    this.side = side;
    labels = new long[capacity];
    indices = new int[capacity];
    imageBytes = 3L * side * side * type.bytes();
  }

  void begin(int ofEpoch, int number, int samples, boolean last) {
    epoch = ofEpoch;
    index = number;
    size = samples;
    lastOfEpoch = last;
  }

  void set(int slot, int sample, long label, float[] pixels) {
    indices[slot] = sample;
    labels[slot] = label;
    MemorySegment.copy(pixels, 0, images, ValueLayout.JAVA_FLOAT, slot * imageBytes, pixels.length);
  }

  void set(int slot, int sample, long label, byte[] pixels) {
    indices[slot] = sample;
    labels[slot] = label;
    MemorySegment.copy(pixels, 0, images, ValueLayout.JAVA_BYTE, slot * imageBytes, pixels.length);
  }

  /// How many images the batch holds: the loader's batch size, fewer in an epoch's last batch where
  /// that is kept.
  public int size() {
    return size;
  }

  /// NHWC [size, side, side, 3], 64-byte aligned: normalised float32, or bytes (see [#type]).
  public MemorySegment images() {
    return images.asSlice(0, size * imageBytes);
  }

  /// Of the images' elements: F32 or U8.
  public DType type() {
    return type;
  }

  /// Pixels a side of every image.
  public int side() {
    return side;
  }

  /// Labels; the first [#size] count. The array is used again for later batches.
  public long[] labels() {
    return labels;
  }

  /// Sample indices in the data set; the first [#size] count. The array is used again for later
  /// batches.
  public int[] indices() {
    return indices;
  }

  /// The epoch it belongs to, from 0.
  public int epoch() {
    return epoch;
  }

  /// Its number within the epoch, from 0.
  public int index() {
    return index;
  }

  public boolean lastOfEpoch() {
    return lastOfEpoch;
  }

  /// Hands the buffers back to the loader; the contents must not be read any more.
  @Override
  public void close() {
    owner.release(this);
  }
}
