package org.kanface.tools.ptx.ir;

import java.util.List;

/// A variable in memory, of a module, a function or a parameter list.
///
/// @param size bytes; 0 for the unsized `extern` array of dynamic shared memory
/// @param initial what it holds at first; empty for zeros
/// @param external declared here and defined elsewhere
public record Variable(
    String name,
    Space space,
    Type type,
    int align,
    long size,
    List<Initial> initial,
    boolean external,
    int line) {

  /// A piece of an initialiser at a byte offset.
  public sealed interface Initial {
    /// Offset in the variable.
    long offset();
  }

  /// `bytes` low bytes of `bits`.
  public record Bits(long offset, long bits, int bytes) implements Initial {}

  /// The address of a variable or function, `generic(name) + addend` if `generic`; of those bytes
  /// `bytes` from `shift` bits on (`mask(0xff00, name)`).
  public record AddressOf(
      long offset, String name, long addend, boolean generic, int bytes, int shift)
      implements Initial {}
}
