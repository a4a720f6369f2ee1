package org.kanface.tools.ptx;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Type;

/// Which family decodes which opcode. Everything else is refused.
final class Opcodes {
  private static final Map<String, Family> FAMILIES = new HashMap<>();

  private Opcodes() {}

  static @Nullable Family family(String opcode) {
    return FAMILIES.get(opcode);
  }

  /// How many opcodes there are.
  static int count() {
    return FAMILIES.size();
  }

  /// Integers to one family, halves and floats to others.
  private static Family byType(Family integers, Family floats, Family halves) {
    return (t, i, m) -> {
      Type type = m.peekType();
      if (HalfFamily.covers(type)) {
        halves.translate(t, i, m);
      } else if (type.floating() || type == Type.F32X2) {
        floats.translate(t, i, m);
      } else {
        integers.translate(t, i, m);
      }
    };
  }

  private static void put(Family family, String... opcodes) {
    for (String opcode : opcodes) {
      FAMILIES.put(opcode, family);
    }
  }

  static {
    put(byType(IntegerFamily::add, FloatFamily::add, HalfFamily::arithmetic), "add");
    put(byType(IntegerFamily::sub, FloatFamily::sub, HalfFamily::arithmetic), "sub");
    put(byType(IntegerFamily::mul, FloatFamily::mul, HalfFamily::arithmetic), "mul");
    put(byType(IntegerFamily::mad, FloatFamily::fma, HalfFamily::arithmetic), "mad", "fma");
    put(byType(IntegerFamily::div, FloatFamily::div, HalfFamily::arithmetic), "div");
    put(byType(IntegerFamily::min, FloatFamily::extreme, HalfFamily::arithmetic), "min");
    put(byType(IntegerFamily::max, FloatFamily::extreme, HalfFamily::arithmetic), "max");
    put(byType(IntegerFamily::abs, FloatFamily::abs, HalfFamily::sign), "abs");
    put(byType(IntegerFamily::neg, FloatFamily::neg, HalfFamily::sign), "neg");
    put(IntegerFamily::rem, "rem");
    put(IntegerFamily::addc, "addc", "subc");
    put(IntegerFamily::madc, "madc");
    put(IntegerFamily::mul24, "mul24");
    put(IntegerFamily::mad24, "mad24");
    put(IntegerFamily::sad, "sad");
    put(IntegerFamily::dot, "dp4a", "dp2a");
    put(BitFamily::logic, "and", "or", "xor", "not", "cnot");
    put(BitFamily::shl, "shl");
    put(BitFamily::shr, "shr");
    put(BitFamily::shf, "shf");
    put(BitFamily::bfe, "bfe");
    put(BitFamily::bfi, "bfi");
    put(BitFamily::bmsk, "bmsk");
    put(BitFamily::szext, "szext");
    put(BitFamily::count, "popc", "clz", "brev");
    put(BitFamily::bfind, "bfind");
    put(BitFamily::fns, "fns");
    put(BitFamily::lop3, "lop3");
    put(BitFamily::prmt, "prmt");
    put(VideoFamily::translate, "vadd2", "vsub2", "vavrg2", "vabsdiff2", "vmin2", "vmax2");
    put(VideoFamily::translate, "vadd4", "vsub4", "vavrg4", "vabsdiff4", "vmin4", "vmax4");
    put(FloatFamily::root, "sqrt", "rcp", "rsqrt");
    put(FloatFamily::approximate, "sin", "cos", "lg2", "ex2", "tanh");
    put(FloatFamily::copysign, "copysign");
    put(FloatFamily::testp, "testp");
    put(CompareFamily::setp, "setp");
    put(CompareFamily::set, "set");
    put(CompareFamily::selp, "selp");
    put(CompareFamily::slct, "slct");
    put(ConvertFamily::cvt, "cvt");
    put(MoveFamily::mov, "mov");
    put(MoveFamily::cvta, "cvta");
    put(MoveFamily::isspacep, "isspacep");
    put(MemoryFamily::load, "ld", "ldu");
    put(MemoryFamily::store, "st");
    put(MemoryFamily::nothing, "prefetch", "prefetchu", "applypriority", "discard", "pmevent");
    put(MemoryFamily::nothing, "griddepcontrol", "setmaxnreg");
    put(MemoryFamily::policy, "createpolicy");
    put(MemoryFamily::fence, "membar", "fence");
    put(MemoryFamily::nanosleep, "nanosleep");
    put(MemoryFamily::alloca, "alloca");
    put(MemoryFamily::stackSave, "stacksave");
    put(MemoryFamily::nothing, "stackrestore");
    put(AtomicFamily::atom, "atom", "red");
    put(WarpFamily::shfl, "shfl");
    put(WarpFamily::vote, "vote");
    put(WarpFamily::match, "match");
    put(WarpFamily::redux, "redux");
    put(WarpFamily::activemask, "activemask");
    put(WarpFamily::elect, "elect");
    put(ControlFamily::bar, "bar", "barrier");
    put(ControlFamily::bra, "bra");
    put(ControlFamily::brx, "brx");
    put(ControlFamily::call, "call");
    put(ControlFamily::ret, "ret", "exit");
    put(ControlFamily::trap, "trap", "brkpt");
    put(WmmaFamily::translate, "wmma");
    put(MmaFamily::translate, "mma");
    put(MatrixTransfer::translate, "ldmatrix", "stmatrix");
    put(MatrixTransfer::move, "movmatrix");
    put(AsyncCopy::translate, "cp");
    put(MemoryBarrier::translate, "mbarrier");
  }
}
