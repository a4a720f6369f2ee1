package org.kanface.tools.ptx.ir;

/// A place in the source that PTX was made from (`.loc`).
public record SourceLine(String file, int line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
