package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Function;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Register;

/// Values that came from local memory which nothing had written, and are not used but only copied.
///
/// Code that is compiled for debugging copies structures member by member, padding and all, and
/// sets bit fields within words that have no value yet: only a use of such a value is a mistake.
final class Unwritten {
  private static final int DEEPEST = 6;
  private static final Set<String> COPIES = Set.of("mov", "and", "or", "bfi", "cvt", "shl", "prmt");

  /// How a function uses its registers.
  private record Uses(
      Map<Register, List<Instruction>> readers, Map<Register, Integer> definitions) {}

  private final IdentityHashMap<Function, Uses> uses = new IdentityHashMap<>();
  private final IdentityHashMap<Op, Boolean> copied = new IdentityHashMap<>();
  private final IdentityHashMap<Frame, Map<Integer, Op>> values = new IdentityHashMap<>();

  /// Whether what `load` reads only goes to local memory again, or to where only its address says.
  boolean onlyCopies(Frame f, Op load) {
    return copied.computeIfAbsent(
        load, op -> onlyCopied(uses(f.code.function), op.source().operands().getFirst(), 0));
  }

  private static boolean onlyCopied(Uses uses, Operand value, int depth) {
    return switch (value) {
      case Operand.Reg(var register, _) ->
          depth < DEEPEST
              && uses.readers.getOrDefault(register, List.of()).stream()
                  .allMatch(i -> copies(uses, i, register, depth));
      case Operand.Vector(var elements) ->
          elements.stream().allMatch(e -> onlyCopied(uses, e, depth));
      case Operand.Sink _ -> true;
      default -> false;
    };
  }

  private static boolean copies(Uses uses, Instruction i, Register register, int depth) {
    if (i.opcode().equals("st")) {
      return !mentions(i.operands().getFirst(), register)
          && !i.modifiers().contains("global")
          && !i.modifiers().contains("shared");
    }
    return COPIES.contains(i.opcode()) && onlyCopied(uses, i.operands().getFirst(), depth + 1);
  }

  private Uses uses(Function function) {
    return uses.computeIfAbsent(function, Unwritten::find);
  }

  private static Uses find(Function function) {
    var found = new Uses(new HashMap<>(), new HashMap<>());
    for (Instruction i : function.instructions()) {
      boolean writes = !i.opcode().equals("st") && !i.opcode().equals("red");
      for (int n = 0; n < i.operands().size(); n++) {
        for (Register r : registers(i.operands().get(n))) {
          if (n == 0 && writes) {
            found.definitions.merge(r, 1, Integer::sum);
          } else {
            found.readers.computeIfAbsent(r, _ -> new ArrayList<>()).add(i);
          }
        }
      }
    }
    return found;
  }

  private static List<Register> registers(Operand o) {
    return switch (o) {
      case Operand.Reg(var register, _) -> List.of(register);
      case Operand.Address(var base, _) -> registers(base);
      case Operand.Vector(var elements) ->
          elements.stream().flatMap(e -> registers(e).stream()).toList();
      case Operand.Group(var elements) ->
          elements.stream().flatMap(e -> registers(e).stream()).toList();
      default -> List.of();
    };
  }

  private static boolean mentions(Operand o, Register register) {
    return registers(o).contains(register);
  }

  /// Notes whether `load` gave `lane` a value that nothing has written.
  void loads(Frame f, Op load, int lane, boolean unwritten) {
    if (!(load.source().operands().getFirst() instanceof Operand.Reg(var register, _))
        || uses(f.code.function).definitions.getOrDefault(register, 0) != 1) {
      return;
    }
    int key = register.index() * Op.LANES + lane;
    if (unwritten) {
      values.computeIfAbsent(f, _ -> new HashMap<>()).put(key, load);
    } else {
      Map<Integer, Op> known = values.get(f);
      if (known != null) {
        known.remove(key);
      }
    }
  }

  /// The load whose unwritten value `store` passes on for `lane`, or null.
  @Nullable Op source(Frame f, Op store, int lane) {
    Map<Integer, Op> known = values.get(f);
    if (known == null
        || store.source().operands().size() < 2
        || !(store.source().operands().get(1) instanceof Operand.Reg(var register, _))) {
      return null;
    }
    return known.get(register.index() * Op.LANES + lane);
  }

  /// A block ended, and all its frames with it.
  void forget() {
    values.clear();
  }
}
