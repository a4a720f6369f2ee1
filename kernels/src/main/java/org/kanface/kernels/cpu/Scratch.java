package org.kanface.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native working memory of the kernels: one block per thread and purpose, kept between calls and
/// grown on demand, so that a steady state allocates nothing. A block's content lasts until the
/// same thread asks for the same purpose again.
final class Scratch {
  /// Rows of `a` in the order in which micro-kernels read them.
  static final Scratch PACKED_A = new Scratch();

  /// A column panel of `b` that one thread packs for itself.
  static final Scratch PACKED_B = new Scratch();

  /// `b` packed once for all threads; held by the thread that started the work.
  static final Scratch SHARED_B = new Scratch();

  /// A strip of a product that is computed transposed.
  static final Scratch TURNED = new Scratch();

  /// Partial sums of a product that is cut along `k`; held by the thread that started the work.
  static final Scratch PARTIALS = new Scratch();

  /// Image patches gathered for one chunk of a convolution.
  static final Scratch PATCHES = new Scratch();

  /// Weights in the order that a convolution wants; held by the thread that started the work.
  static final Scratch WEIGHTS = new Scratch();

  /// The padded last vectors of an elementwise loop, and vectors filled with a broadcast element.
  static final Scratch TAIL = new Scratch();

  /// Accumulators of one chunk of a sum over rows.
  static final Scratch COLUMN_SUMS = new Scratch();

  /// Sums of all chunks of a sum over rows; held by the thread that started the work.
  static final Scratch COLUMN_PARTIALS = new Scratch();

  /// Statistics and coefficients a column; held by the thread that started the work.
  static final Scratch COLUMN_FACTORS = new Scratch();

  /// Biases up to a whole vector; held by the thread that started the work.
  static final Scratch BIASES = new Scratch();

  /// Sums of one call of a micro-kernel that are only in part stored.
  static final Scratch TILE = new Scratch();

  /// Tables and lines of one tile of a Winograd convolution.
  static final Scratch WINOGRAD = new Scratch();

  /// Transformed taps of some output channels of a Winograd convolution.
  static final Scratch GROUP = new Scratch();

  /// Activations of one block of rows of an MLP.
  static final Scratch MLP = new Scratch();

  static final long ALIGNMENT = 64;
  private static final long SLACK = 256; // whole vectors may be written past the end

  private final ThreadLocal<MemorySegment> block =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);

  private Scratch() {}

  /// The address of at least `bytes` bytes with undefined content, aligned to a cache line.
  long address(long bytes) {
    MemorySegment held = block.get();
    if (held.byteSize() < bytes + SLACK) {
      block.remove(); // the old one may go before the new one comes
      held = Arena.ofAuto().allocate(Math.max(bytes + SLACK, held.byteSize() * 3 / 2), ALIGNMENT);
      block.set(held);
    }
    return held.address();
  }
}
