package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// `mov`, `cvta` and `isspacep`.
final class MoveFamily {
  private MoveFamily() {}

  static void mov(Translator t, Instruction i, Mods m) {
    Type type = m.type();
    Operand to = i.operands().get(0);
    Operand from = i.operands().get(1);
    if (type == Type.PRED) {
      int d = t.predicateDestination(to);
      int a = t.predicate(from);
      t.add(new Predicates(i, Predicates.Kind.COPY, d, a, a, 0));
    } else if (type == Type.B128) {
      t.add(new Packing.Move128(i, pair(t, to, true), pair(t, from, false)));
    } else if (to instanceof Operand.Vector(var elements)) {
      int a = t.value(from, type);
      var parts = new int[elements.size()];
      for (int n = 0; n < parts.length; n++) {
        parts[n] = elements.get(n) instanceof Operand.Sink ? -1 : t.destination(elements.get(n));
      }
      t.add(new Packing.Unpack(i, parts, a, type.bits() / parts.length));
    } else {
      int a = t.value(from, type);
      t.one(i, x -> x, t.destination(to), a);
    }
  }

  private static int[] pair(Translator t, Operand o, boolean write) {
    if (o instanceof Operand.Vector(List<Operand> e) && e.size() == 2) {
      return write
          ? new int[] {t.destination(e.get(0)), t.destination(e.get(1))}
          : new int[] {t.value(e.get(0), Type.B64), t.value(e.get(1), Type.B64)};
    }
    int row = write ? t.destination(o) : t.value(o, Type.B64);
    return new int[] {row, row + Op.LANES};
  }

  static void cvta(Translator t, Instruction i, Mods m) {
    boolean to = m.take("to");
    String space = m.need("global", "shared", "shared::cta", "local", "const", "param");
    Type type = m.type();
    long window = window(t, space);
    t.one(i, type, to ? x -> x - window : x -> x + window);
  }

  private static long window(Translator t, String space) {
    return switch (space) {
      case "shared", "shared::cta" -> Window.SHARED;
      case "local" -> Window.LOCAL;
      case "param" -> t.function().entry() ? Window.PARAM : Window.LOCAL;
      default -> 0;
    };
  }

  static void isspacep(Translator t, Instruction i, Mods m) {
    String space =
        m.need(
            "global",
            "shared",
            "shared::cta",
            "shared::cluster",
            "local",
            "const",
            "param",
            "param::entry");
    int d = t.predicateDestination(i.operands().get(0));
    int a = t.value(i, 1, Type.B64);
    Fn.Test test =
        switch (space) {
          case "shared", "shared::cta", "shared::cluster" -> (x, _) -> in(x, Window.SHARED);
          case "local" -> (x, _) -> in(x, Window.LOCAL);
          case "param", "param::entry" -> (x, _) -> in(x, Window.PARAM);
          case "const" -> (x, _) -> t.link.inConstant(x);
          default ->
              (x, _) ->
                  !in(x, Window.SHARED)
                      && !in(x, Window.LOCAL)
                      && !in(x, Window.PARAM)
                      && !t.link.inConstant(x);
        };
    CompareFamily.test(t, i, test, a, a, d);
  }

  private static boolean in(long address, long window) {
    return address >> Window.WINDOW_SHIFT << Window.WINDOW_SHIFT == window;
  }
}
