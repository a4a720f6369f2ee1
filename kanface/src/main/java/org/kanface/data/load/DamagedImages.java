package org.kanface.data.load;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/// Images met that could not be read, each once.
final class DamagedImages {
  private final ConcurrentSkipListMap<Integer, String> byIndex = new ConcurrentSkipListMap<>();

  void add(int index, String reason) {
    byIndex.putIfAbsent(index, reason);
  }

  List<String> list() {
    return List.copyOf(byIndex.values());
  }
}
