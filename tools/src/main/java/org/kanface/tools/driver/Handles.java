package org.kanface.tools.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Objects of one kind that callers know by a number, never the same one twice.
final class Handles<T> {
  private static final long STEP = 64;
  private static long last = 0x5a00_0000_0000L;

  private final String kind;
  private final Map<Long, T> open = new HashMap<>();
  private final Set<Long> closed = new HashSet<>();

  Handles(String kind) {
    this.kind = kind;
  }

  long add(T object) {
    synchronized (Handles.class) {
      last += STEP;
      open.put(last, object);
      return last;
    }
  }

  T get(long handle) {
    T found = open.get(handle);
    if (found == null) {
      throw unknown(handle);
    }
    return found;
  }

  T remove(long handle) {
    T found = get(handle);
    open.remove(handle);
    closed.add(handle);
    return found;
  }

  private CudaError unknown(long handle) {
    return new CudaError(
        Status.INVALID_HANDLE,
        closed.contains(handle) ? "%s 0x%x was destroyed before" : "there is no %s 0x%x",
        kind,
        handle);
  }

  List<T> all() {
    return new ArrayList<>(open.values());
  }

  /// `2 streams`, or nothing where none is left.
  List<String> leaks() {
    return open.isEmpty() ? List.of() : List.of(open.size() + " " + kind + "s");
  }
}
