package org.kanface.data.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Shape;

/// A tensor as files describe it: elements of a block at `offset + Σ index[i] · strides[i]`.
///
/// Checked when made: throws [IllegalArgumentException], with what was found, where an element lies
/// outside of the block's `available` elements. The block itself may come later.
record StridedView(Block block, long offset, Shape shape, List<Long> strides) {
  private static final int MAX_RANK = 64; // PyTorch's own limit

  /// Raw little-endian elements, possibly not read yet.
  interface Block {
    ElementType type();

    /// Number of elements.
    long available();

    /// Throws [IllegalArgumentException] where the file lacks them.
    MemorySegment data();
  }

  StridedView {
    strides = List.copyOf(strides);
    if (shape.rank() != strides.size() || shape.rank() > MAX_RANK || offset < 0) {
      throw new IllegalArgumentException(
          "a tensor of shape %s, strides %s and offset %d".formatted(shape, strides, offset));
    }
    if (!fits(offset, shape, strides, block.available())) {
      throw new IllegalArgumentException(
          "a tensor of shape %s, strides %s and offset %d over %d elements"
              .formatted(shape, strides, offset, block.available()));
    }
  }

  /// Row-major elements of a whole block.
  static StridedView rowMajor(Block block, Shape shape) {
    var strides = new Long[shape.rank()];
    long step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= Math.max(1, shape.dim(i));
    }
    return new StridedView(block, 0, shape, List.of(strides));
  }

  /// Column-major elements of a whole block, as Fortran keeps them.
  static StridedView columnMajor(Block block, Shape shape) {
    var strides = new Long[shape.rank()];
    long step = 1;
    for (int i = 0; i < strides.length; i++) {
      strides[i] = step;
      step *= Math.max(1, shape.dim(i));
    }
    return new StridedView(block, 0, shape, List.of(strides));
  }

  /// Whether all elements lie in `0 … available - 1`, and their number is no overflow.
  private static boolean fits(long offset, Shape shape, List<Long> strides, long available) {
    try {
      if (shape.numel() == 0) {
        return offset <= available;
      }
      long last = offset;
      for (int i = 0; i < strides.size(); i++) {
        if (strides.get(i) < 0) {
          return false;
        }
        last = Math.addExact(last, Math.multiplyExact(strides.get(i), shape.dim(i) - 1));
      }
      Math.multiplyExact(shape.numel(), 8L);
      return last < available;
    } catch (ArithmeticException _) {
      return false;
    }
  }

  /// Whether the elements lie as they are to be, so that no copy is needed.
  boolean isPlain() {
    if (block.type().isWidened()) {
      return false;
    }
    long step = 1;
    for (int i = strides.size() - 1; i >= 0; i--) {
      if (shape.dim(i) != 1 && strides.get(i) != step) {
        return shape.numel() == 0;
      }
      step *= shape.dim(i);
    }
    return true;
  }

  /// Bytes of the tensor that [#entry] makes.
  long byteSize() {
    return shape.numel() * block.type().dtype.bytes();
  }

  /// The tensor, row-major: a view of the block where that is possible, else a copy.
  SafeTensors.Entry entry() {
    ElementType type = block.type();
    MemorySegment data = block.data();
    if (isPlain()) {
      return new SafeTensors.Entry(
          type.dtype, shape, data.asSlice(offset * type.bytes, shape.numel() * type.bytes));
    }
    MemorySegment copy = Arena.ofAuto().allocate(byteSize(), 8);
    var index = new long[shape.rank()];
    long at = offset;
    long count = shape.numel();
    for (long i = 0; i < count; i++) {
      move(type, data, at, copy, i);
      for (int axis = index.length - 1; axis >= 0; axis--) {
        at += strides.get(axis);
        if (++index[axis] < shape.dim(axis)) {
          break;
        }
        at -= strides.get(axis) * shape.dim(axis);
        index[axis] = 0;
      }
    }
    return new SafeTensors.Entry(type.dtype, shape, copy);
  }

  private static void move(ElementType type, MemorySegment from, long i, MemorySegment to, long j) {
    switch (type) {
      case I8 -> to.set(INT, 4 * j, from.get(ValueLayout.JAVA_BYTE, i));
      case I16 -> to.set(INT, 4 * j, from.get(SHORT, 2 * i));
      default -> MemorySegment.copy(from, i * type.bytes, to, j * type.bytes, type.bytes);
    }
  }

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
