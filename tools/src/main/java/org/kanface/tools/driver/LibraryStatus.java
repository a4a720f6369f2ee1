package org.kanface.tools.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One result of a library's calls: its number, NVIDIA's name for it, and what went wrong the last
/// time that a call returned it, as texts that C can read.
final class LibraryStatus {
  private static final int LONGEST = 4096; // bytes of a text, with its zero

  final int code;
  private final String name;
  private final MemorySegment symbol;
  private final MemorySegment said = Arena.global().allocate(LONGEST);

  LibraryStatus(int code, String name) {
    this.code = code;
    this.name = name;
    symbol = Arena.global().allocateFrom(name);
    said.setString(0, name);
  }

  /// The name's address, for the life of the process.
  long symbol() {
    return symbol.address();
  }

  /// The address of the name and of what went wrong the last time.
  long said() {
    return said.address();
  }

  /// Keeps what went wrong.
  void say(String detail) {
    String whole = "%s (%s)".formatted(name, detail);
    said.setString(0, whole.substring(0, Math.min(whole.length(), LONGEST / 3 - 1)));
  }

  @Override
  public String toString() {
    return name;
  }
}
