package org.kanface.tools.driver;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a program has created through cuDNN and not destroyed yet.
final class DnnObjects {
  /// A handle's settings.
  static final class Handle {
    long stream;
  }

  /// A descriptor: nothing until it is set.
  static final class Descriptor<T> {
    private @Nullable T value;

    void set(T described) {
      value = described;
    }
  }

  /// Descriptors of one kind.
  static final class Descriptors<T> {
    private final String kind;
    private final Handles<Descriptor<T>> open;

    private Descriptors(String kind) {
      this.kind = kind;
      open = new Handles<>(kind);
    }

    void create(long result) {
      requirePointer(result);
      Host.putLong(result, open.add(new Descriptor<>()));
    }

    void destroy(long handle) {
      find(handle);
      open.remove(handle);
    }

    void set(long handle, T value) {
      find(handle).set(value);
    }

    /// What was set; throws where nothing was.
    T get(long handle) {
      T value = find(handle).value;
      if (value == null) {
        throw new LibraryError(DnnStatus.NOT_FINALIZED, "%s 0x%x was never set", kind, handle);
      }
      return value;
    }

    private Descriptor<T> find(long handle) {
      if (handle == 0) {
        throw new LibraryError(DnnStatus.NULL_POINTER, "a %s is null", kind);
      }
      try {
        return open.get(handle);
      } catch (CudaError e) {
        throw new LibraryError(DnnStatus.BAD_PARAM, e);
      }
    }
  }

  final Handles<Handle> handles = new Handles<>("cuDNN handle");
  final Descriptors<DnnTensor> tensors = new Descriptors<>("tensor descriptor");
  final Descriptors<DnnFilter> filters = new Descriptors<>("filter descriptor");
  final Descriptors<DnnWindow> convolutions = new Descriptors<>("convolution descriptor");
  final Descriptors<DnnPooling> poolings = new Descriptors<>("pooling descriptor");

  /// A live handle.
  Handle handle(long handle) {
    try {
      return handles.get(handle);
    } catch (CudaError e) {
      throw new LibraryError(DnnStatus.NOT_INITIALIZED, e);
    }
  }

  static void requirePointer(long address) {
    if (address == 0) {
      throw new LibraryError(DnnStatus.NULL_POINTER, "a result's pointer is null");
    }
  }

  List<String> leaks() {
    var leaks = new ArrayList<>(handles.leaks());
    for (var kind : List.of(tensors, filters, convolutions, poolings)) {
      leaks.addAll(kind.open.leaks());
    }
    return leaks;
  }
}
