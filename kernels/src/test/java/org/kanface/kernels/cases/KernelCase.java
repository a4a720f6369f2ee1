package org.kanface.kernels.cases;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;

/// One call of one kernel on seeded inputs: run it on two kernel sets and compare.
public final class KernelCase {
  /// The call; blocks come in the order in which the builder named them.
  @FunctionalInterface
  public interface Call {
    void run(Kernels kernels, Arguments arguments);
  }

  /// The blocks of a call and a place for the number it returns.
  public static final class Arguments {
    private final List<Memory> blocks = new ArrayList<>();
    private double scalar;

    public Memory get(int block) {
      return blocks.get(block);
    }

    public void returned(double value) {
      scalar = value;
    }
  }

  private final String name;
  private final List<Block> blocks;
  private final Tolerance scalarTolerance;
  private final Call call;

  private KernelCase(Builder builder, Call call) {
    this.name = builder.name;
    this.blocks = List.copyOf(builder.blocks);
    this.scalarTolerance = builder.tolerance;
    this.call = call;
  }

  public static Builder of(String format, Object... arguments) {
    return new Builder(format.formatted(arguments));
  }

  /// The same case for kernels that multiply in 16 bits: on numbers that have an exact value there,
  /// with `more` half units in the last place for outputs that are rounded to that type.
  public KernelCase rounded(DType half, double more) {
    var builder = new Builder(name + ", " + half);
    builder.tolerance = scalarTolerance;
    blocks.forEach(b -> builder.blocks.add(b.rounded(half, more)));
    return new KernelCase(builder, call);
  }

  List<Block> blocks() {
    return blocks;
  }

  Tolerance scalarTolerance() {
    return scalarTolerance;
  }

  /// Runs the call with every block `shift` elements away from an aligned address; the outcome
  /// lives as long as `arena`. Throws [AssertionError] where a margin or an input was written to.
  public Outcome run(Kernels kernels, int shift, Arena arena) {
    var type = kernels.type();
    var owned = new ArrayList<Memory>();
    var arguments = new Arguments();
    for (int b = 0; b < blocks.size(); b++) {
      var block = blocks.get(b);
      var initial = HostMemory.of(block.initial(type, shift, seed(b), arena));
      var memory = kernels.allocate(initial.byteSize());
      kernels.copy(initial, memory, initial.byteSize());
      owned.add(memory);
      arguments.blocks.add(memory.slice(block.start(type, shift), block.byteSize(type)));
    }
    call.run(kernels, arguments);
    var results = new ArrayList<MemorySegment>();
    for (int b = 0; b < blocks.size(); b++) {
      var result = arena.allocate(blocks.get(b).total(type, shift), 64);
      kernels.copy(owned.get(b), HostMemory.of(result), result.byteSize());
      owned.get(b).close();
      requireUntouched(b, result, blocks.get(b).initial(type, shift, seed(b), arena), type, shift);
      results.add(result);
    }
    return new Outcome(this, type, shift, results, arguments.scalar);
  }

  private void requireUntouched(
      int b, MemorySegment after, MemorySegment before, DType type, int shift) {
    var block = blocks.get(b);
    long start = block.start(type, shift);
    long end = start + block.byteSize(type);
    long first = after.asSlice(0, start).mismatch(before.asSlice(0, start));
    long last = after.asSlice(end).mismatch(before.asSlice(end));
    if (first >= 0 || last >= 0) {
      throw new AssertionError("%s: block %d: written outside its elements".formatted(this, b));
    }
    long inside = after.asSlice(start, end - start).mismatch(before.asSlice(start, end - start));
    if (block.role() == Block.Role.IN && inside >= 0) {
      throw new AssertionError("%s: block %d: an input was written to".formatted(this, b));
    }
  }

  private long seed(int block) {
    return name.hashCode() * 31L + block;
  }

  @Override
  public String toString() {
    return name;
  }

  /// Names the blocks of a case one after the other.
  public static final class Builder {
    private final String name;
    private final List<Block> blocks = new ArrayList<>();
    private Tolerance tolerance = Tolerance.FEW_ROUNDINGS;

    private Builder(String name) {
      this.name = name;
    }

    /// For all outputs named after it, and for a number that the call returns.
    public Builder tolerance(Tolerance value) {
      tolerance = value;
      return this;
    }

    public Builder in(long size) {
      return in(size, Fill.UNIT);
    }

    public Builder in(long size, Fill fill) {
      return add(Block.Role.IN, null, size, fill);
    }

    /// An input of I64: labels or row numbers.
    public Builder index(long size, Fill fill) {
      return of(DType.I64, size, fill);
    }

    /// An input of a type of its own.
    public Builder of(DType type, long size, Fill fill) {
      return add(Block.Role.IN, type, size, fill);
    }

    public Builder out(long size) {
      return add(Block.Role.OUT, null, size, Fill.ZERO);
    }

    public Builder outIndex(long size) {
      return out(DType.I64, size);
    }

    /// An output of a type of its own, which is to be exact.
    public Builder out(DType type, long size) {
      return add(Block.Role.OUT, type, size, Fill.ZERO);
    }

    public Builder inOut(long size) {
      return inOut(size, Fill.UNIT);
    }

    public Builder inOut(long size, Fill fill) {
      return add(Block.Role.IN_OUT, null, size, fill);
    }

    private Builder add(Block.Role role, @Nullable DType own, long size, Fill fill) {
      blocks.add(new Block(role, own, size, fill, own == null ? tolerance : Tolerance.EXACT));
      return this;
    }

    public KernelCase calls(Call call) {
      return new KernelCase(this, call);
    }
  }
}
