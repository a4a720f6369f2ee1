package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// Branches, calls, barriers and ends (PTX ISA, "Control Flow Instructions").
final class ControlFamily {
  private ControlFamily() {}

  static void bra(Translator t, Instruction i, Mods m) {
    m.take("uni");
    if (!(i.operands().get(0) instanceof Operand.Label(_, var target))) {
      throw m.error("expected a label");
    }
    t.add(new Branch(i, target));
  }

  static void brx(Translator t, Instruction i, Mods m) {
    m.need("idx");
    m.take("uni");
    int index = t.value(i, 0, Type.B32);
    if (!(i.operands().get(1) instanceof Operand.Symbol s)) {
      throw m.error("expected the name of a list of targets");
    }
    List<Integer> targets = t.function().branchTargets().get(s.name());
    if (targets == null) {
      throw m.error("the list '%s' is not defined", s.name());
    }
    t.add(new BranchTable(i, index, targets.stream().mapToInt(Integer::intValue).toArray()));
  }

  static void ret(Translator t, Instruction i, Mods m) {
    m.take("uni");
    t.add(new Return(i, i.opcode().equals("exit")));
  }

  static void trap(Translator t, Instruction i, Mods m) {
    t.add(new Trap(i));
  }

  static void call(Translator t, Instruction i, Mods m) {
    m.take("uni");
    var operands = new ArrayList<>(i.operands());
    List<Call.Passed> results = List.of();
    if (operands.getFirst() instanceof Operand.Group(var elements)) {
      operands.removeFirst();
      results = elements.stream().map(e -> passed(t, e, true)).toList();
    }
    Operand callee = operands.removeFirst();
    List<Call.Passed> arguments = List.of();
    if (!operands.isEmpty() && operands.getFirst() instanceof Operand.Group(var elements)) {
      arguments = elements.stream().map(e -> passed(t, e, false)).toList();
    }
    if (callee instanceof Operand.Symbol s) {
      Builtin builtin = Builtin.named(s.name());
      if (builtin != null && !t.link.defines(s.name())) {
        t.add(new Builtin.Invocation(i, builtin, arguments, results, t.memory()));
      } else {
        t.add(new Call(i, t.link, t.link.function(s.name(), t), -1, arguments, results));
      }
    } else {
      int pointer = t.value(callee, Type.B64);
      t.add(new Call(i, t.link, null, pointer, arguments, results));
    }
  }

  private static Call.Passed passed(Translator t, Operand o, boolean write) {
    if (o instanceof Operand.Symbol s && s.target() instanceof Operand.VariableTarget(var v)) {
      return new Call.Passed(t.offset(v), v.size(), -1);
    }
    return new Call.Passed(0, 0, write ? t.destination(o) : t.value(o, Type.B64));
  }

  /// `bar` and `barrier`.
  static void bar(Translator t, Instruction i, Mods m) {
    if (m.take("warp")) {
      m.need("sync");
      WarpFamily.barrier(t, i);
      return;
    }
    if (m.has("cluster")) {
      throw m.error("clusters are not supported");
    }
    m.take("cta");
    m.take("aligned");
    String mode = m.need("sync", "arrive", "red");
    if (mode.equals("red")) {
      reduction(t, i, m);
      return;
    }
    int number = t.value(i, 0, Type.B32);
    int count = i.operands().size() > 1 ? t.value(i, 1, Type.B32) : -1;
    var kind = mode.equals("sync") ? Barrier.Mode.SYNC : Barrier.Mode.ARRIVE;
    t.add(new Barrier(i, kind, number, count, -1, -1, false));
  }

  private static void reduction(Translator t, Instruction i, Mods m) {
    String name = m.need("popc", "and", "or");
    m.type();
    var kind =
        switch (name) {
          case "popc" -> Barrier.Mode.POPC;
          case "and" -> Barrier.Mode.AND;
          default -> Barrier.Mode.OR;
        };
    List<Operand> o = i.operands();
    int d = kind == Barrier.Mode.POPC ? t.destination(o.get(0)) : t.predicateDestination(o.get(0));
    int number = t.value(i, 1, Type.B32);
    int count = o.size() > 3 ? t.value(i, 2, Type.B32) : -1;
    if (!(o.getLast() instanceof Operand.Reg(var register, var negated))) {
      throw m.error("expected a predicate");
    }
    t.add(new Barrier(i, kind, number, count, d, register.index(), negated));
  }

  /// `trap` and `brkpt`.
  static final class Trap extends Op {
    Trap(Instruction source) {
      super(source);
    }

    @Override
    void run(Warp w, int mask) {
      throw new Fault(Fault.Kind.TRAP, "the kernel stops itself");
    }
  }
}
