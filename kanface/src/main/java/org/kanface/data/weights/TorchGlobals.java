package org.kanface.data.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.kanface.data.pickle.KnownGlobals;
import org.kanface.data.pickle.PyBytes;
import org.kanface.data.pickle.PyGlobal;
import org.kanface.data.pickle.PyNone;
import org.kanface.data.pickle.PyTuple;
import org.kanface.data.pickle.Unpickler;
import org.kanface.tensor.Shape;

/// The classes and functions that checkpoints of plain tensors name; all others are refused.
final class TorchGlobals {
  private static final List<String> DTYPES =
      List.of(
          "float16",
          "bfloat16",
          "float32",
          "float64",
          "uint8",
          "int8",
          "int16",
          "int32",
          "int64",
          "bool");

  private static final long MAX_ELEMENTS = 1L << 48; // their bytes are no overflow

  /// What a persistent id asks for.
  record StorageId(String key, ElementType type, long elements) {}

  private TorchGlobals() {}

  /// An unpickler whose persistent ids are storages, looked up by `storages`.
  static Unpickler unpickler(Function<StorageId, TorchStorage> storages) {
    var unpickler =
        KnownGlobals.allowNumpy(KnownGlobals.allowBytes(new Unpickler()))
            .persistentIds(id -> storages.apply(storageId(id)))
            .allow("collections", "OrderedDict", TorchGlobals::dictionary)
            .allow("collections", "Counter", TorchGlobals::dictionary)
            .allow("argparse", "Namespace", _ -> new LinkedHashMap<>()) // its state is dropped
            .allow("torch", "Size", a -> a.size() == 1 ? a.get(0) : a)
            .allow("torch", "device", a -> a.size() == 0 ? PyNone.NONE : a.get(0))
            .allow("torch._utils", "_rebuild_tensor", TorchGlobals::tensor)
            .allow("torch._utils", "_rebuild_tensor_v2", TorchGlobals::tensor)
            .allow("torch._utils", "_rebuild_parameter", TorchGlobals::parameter)
            .allow("torch._utils", "_rebuild_parameter_with_state", TorchGlobals::parameter);
    unpickler.allow( // a key among Lightning's callbacks
        "pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint", TorchGlobals::noCall);
    for (var type : ElementType.values()) {
      unpickler.allow("torch", type.storage, TorchGlobals::noCall);
    }
    for (var type : DTYPES) {
      unpickler.allow("torch", type, TorchGlobals::noCall);
    }
    return unpickler;
  }

  /// Text as Python 3 or 2 pickles it; throws [IllegalArgumentException] for anything else.
  static String text(Object value) {
    return switch (value) {
      case String s -> s;
      case PyBytes b when b.size() <= 512 -> new String(b.toArray(), ISO_8859_1);
      default -> throw new IllegalArgumentException("something that is no name");
    };
  }

  private static Object noCall(PyTuple arguments) {
    throw new IllegalArgumentException("a type, which is not to be called");
  }

  /// `("storage", type, key, location, elements)`, in the older format also the part of another
  /// storage.
  private static StorageId storageId(Object id) {
    if (!(id instanceof PyTuple t && t.size() >= 5 && text(t.get(0)).equals("storage"))) {
      throw new IllegalArgumentException("expected the name of a storage");
    }
    if (t.size() > 5 && t.get(5) != PyNone.NONE) {
      throw new IllegalArgumentException("a part of a storage, as PyTorch before 0.4 wrote it");
    }
    if (!(t.get(1) instanceof PyGlobal global && t.get(4) instanceof Long elements)
        || elements < 0
        || elements > MAX_ELEMENTS) {
      throw new IllegalArgumentException("expected a storage's type and number of elements");
    }
    for (var type : ElementType.values()) {
      if (type.storage.equals(global.name())) {
        return new StorageId(text(t.get(2)), type, elements);
      }
    }
    throw new IllegalArgumentException("the storage type " + global);
  }

  /// `(storage, offset, sizes, strides, …)`.
  private static Object tensor(PyTuple a) {
    if (a.size() >= 4
        && a.get(0) instanceof TorchStorage storage
        && a.get(1) instanceof Long offset
        && a.get(2) instanceof PyTuple sizes
        && a.get(3) instanceof PyTuple strides) {
      long[] dims = longs(sizes).stream().mapToLong(Long::longValue).toArray();
      return new StridedView(storage, offset, Shape.of(dims), longs(strides));
    }
    throw new IllegalArgumentException("expected a storage, an offset, sizes and strides");
  }

  /// `(tensor, …)`.
  private static Object parameter(PyTuple a) {
    if (a.size() >= 1 && a.get(0) instanceof StridedView tensor) {
      return tensor;
    }
    throw new IllegalArgumentException("expected a tensor");
  }

  private static List<Long> longs(PyTuple numbers) {
    return numbers.items().stream()
        .map(
            n -> {
              if (n instanceof Long l && l >= 0) {
                return l;
              }
              throw new IllegalArgumentException("a size or stride that is no whole number");
            })
        .toList();
  }

  /// An empty dictionary, or that of a list of pairs (Python 2) or of another dictionary.
  private static Object dictionary(PyTuple a) {
    var map = new LinkedHashMap<Object, Object>();
    if (a.size() == 0) {
      return map;
    }
    switch (a.get(0)) {
      case LinkedHashMap<?, ?> other -> map.putAll(other);
      case List<?> pairs -> {
        for (Object pair : pairs) {
          List<?> both =
              pair instanceof PyTuple t ? t.items() : pair instanceof List<?> l ? l : List.of();
          if (both.size() != 2) {
            throw new IllegalArgumentException("expected pairs of key and value");
          }
          map.put(text(both.getFirst()), both.getLast());
        }
      }
      default -> throw new IllegalArgumentException("expected pairs of key and value");
    }
    return map;
  }
}
