package org.kanface.data.pickle;

/// Python's `None`.
public enum PyNone {
  NONE
}
