package org.kanface.data.weights;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A block of elements that tensors share; in the older format its bytes follow after the tensors.
final class TorchStorage implements StridedView.Block {
  private final String key;
  private final ElementType type;
  private final long elements;
  private @Nullable MemorySegment data;

  TorchStorage(String key, ElementType type, long elements) {
    this.key = key;
    this.type = type;
    this.elements = elements;
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public long available() {
    return elements;
  }

  /// Gives it its bytes.
  void fill(MemorySegment bytes) {
    if (bytes.byteSize() / type.bytes < elements) {
      throw new IllegalArgumentException(
          "storage %s has %d bytes, its %d elements of type %s need %d each"
              .formatted(key, bytes.byteSize(), elements, type, type.bytes));
    }
    data = bytes;
  }

  @Override
  public MemorySegment data() {
    if (data == null) {
      throw new IllegalArgumentException("storage %s has no bytes".formatted(key));
    }
    return data;
  }
}
