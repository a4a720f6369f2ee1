package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// Names of variables and functions as values, and addresses of memory operands.
final class Symbols {
  private Symbols() {}

  /// A memory operand: the address is row `base` plus `offset`, in `window`.
  record Place(int base, long offset, Window window) {}

  /// The row with the address of `s`.
  static int value(Translator t, Operand.Symbol s) {
    if (!(s.target() instanceof Operand.VariableTarget(var v))) {
      return t.constant(t.link.functionAddress(s.name(), t) + s.offset());
    }
    if (t.kernelParameter(v)) {
      return t.constant(t.offset(v) + s.offset());
    }
    if (t.inFrame(v)) {
      int row = t.freshRow();
      t.prepare(new FrameAddress(t.current(), row, t.offset(v) + s.offset()));
      return row;
    }
    return t.constant(t.link.address(v, t) + s.offset());
  }

  static Place place(Translator t, Operand o, Space space) {
    if (!(o instanceof Operand.Address(var base, var offset))) {
      throw t.error("expected an address in brackets");
    }
    if (base instanceof Operand.Symbol s && s.target() instanceof Operand.VariableTarget(var v)) {
      if (t.kernelParameter(v)) {
        return new Place(t.constant(0), t.offset(v) + offset, Window.of(Space.PARAM, t.memory()));
      }
      if (t.inFrame(v)) {
        return new Place(t.constant(0), t.offset(v) + offset, new Window.InFrame());
      }
      return new Place(t.constant(t.link.address(v, t)), offset, Window.of(v.space(), t.memory()));
    }
    Space wanted = space == Space.PARAM && !t.function().entry() ? Space.LOCAL : space;
    return new Place(t.value(base, Type.B64), offset, Window.of(wanted, t.memory()));
  }

  /// The address of a variable in the current frame.
  static final class FrameAddress extends Op {
    private final int d;
    private final long offset;

    FrameAddress(Instruction source, int d, long offset) {
      super(source);
      this.d = d;
      this.offset = offset;
    }

    @Override
    void run(Warp w, int mask) {
      long at = w.frame.local + offset;
      for (int m = mask; m != 0; m &= m - 1) {
        w.r[d + Integer.numberOfTrailingZeros(m)] = at;
      }
    }
  }
}
