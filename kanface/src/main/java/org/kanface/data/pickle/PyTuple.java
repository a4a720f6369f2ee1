package org.kanface.data.pickle;

import java.util.List;

/// A Python tuple.
public record PyTuple(List<Object> items) {
  public int size() {
    return items.size();
  }

  public Object get(int index) {
    return items.get(index);
  }

  @Override
  public String toString() {
    return "tuple[" + size() + "]"; // never the items: they may be deep or hold themselves
  }
}
