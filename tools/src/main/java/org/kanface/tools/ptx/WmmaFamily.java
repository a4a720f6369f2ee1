package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `wmma`: matrix products of a whole warp (PTX ISA, "Warp Level Matrix Instructions: wmma").
///
/// Which lane holds which element is left open by the definition; here lane `l` holds the elements
/// `l n … l n + n - 1` in row order, `n` being the matrix's elements over 32. Sums are taken in
/// double and rounded once; tensor cores round more often.
final class WmmaFamily {
  private WmmaFamily() {}

  /// Rows and columns of a fragment and how its elements lie in registers.
  private record Fragment(int rows, int columns, Type type, int[] registers) {
    int perLane() {
      return rows * columns / Op.LANES;
    }

    int perRegister() {
      return type.bits() >= 32 ? 1 : 32 / type.bits();
    }

    int slots() {
      return registers.length * perRegister();
    }

    /// The bits of an element, from whichever lane has it.
    long get(long[] r, int row, int column) {
      int e = row * columns + column;
      int slot = e % perLane();
      long word = r[registers[slot / perRegister()] + e / perLane()];
      return word >>> slot % perRegister() * type.bits();
    }

    void set(long[] r, int lane, int slot, long bits) {
      int at = registers[slot / perRegister()] + lane;
      int width = type.bits();
      if (width >= 32) {
        r[at] = bits;
        return;
      }
      int shift = slot % perRegister() * width;
      long mask = (1L << width) - 1;
      r[at] = r[at] & ~(mask << shift) | (bits & mask) << shift;
    }

    double number(long bits) {
      return switch (type) {
        case F16 -> Halves.F16.decode(bits & 0xffff);
        case BF16 -> Halves.BF16.decode(bits & 0xffff);
        case TF32 -> Halves.TF32.decode(bits);
        case F32 -> Floats.f(bits);
        case F64 -> Floats.d(bits);
        default -> IntegerFamily.read(bits, type);
      };
    }

    long bits(double x, boolean saturates) {
      return switch (type) {
        case F16 -> Halves.F16.encode(Halves.F16.round(x, Rounding.RN));
        case F32 -> Floats.bits((float) x);
        case F64 -> Floats.bits(x);
        default -> saturates ? (int) x : (int) (long) x;
      };
    }
  }

  private record Shape(int m, int n, int k) {
    static Shape parse(Mods mods) {
      String word = mods.need("m16n16k16", "m32n8k16", "m8n32k16", "m16n16k8", "m8n8k4");
      String[] parts = word.substring(1).split("[nk]", -1);
      return new Shape(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    Fragment fragment(char matrix, Type type, int[] registers) {
      return switch (matrix) {
        case 'a' -> new Fragment(m, k, type, registers);
        case 'b' -> new Fragment(k, n, type, registers);
        default -> new Fragment(m, n, type, registers);
      };
    }
  }

  static void translate(Translator t, Instruction i, Mods m) {
    String what = m.need("load", "store", "mma");
    if (what.equals("mma")) {
      product(t, i, m);
      return;
    }
    boolean loads = what.equals("load");
    char matrix = m.need("a", "b", "c", "d").charAt(0);
    m.need("sync");
    m.take("aligned");
    boolean rowMajor = m.need("row", "col").equals("row");
    Shape shape = Shape.parse(m);
    Space space = MemoryFamily.space(m);
    Type type = m.type();
    Operand vector = i.operands().get(loads ? 0 : 1);
    var place = Symbols.place(t, i.operands().get(loads ? 1 : 0), space);
    Fragment f = shape.fragment(matrix, type, rows(t, vector, loads));
    int stride =
        i.operands().size() > 2
            ? t.value(i, 2, Type.B32)
            : t.constant(rowMajor ? f.columns : f.rows);
    t.add(new Transfer(i, f, place, stride, rowMajor, loads));
  }

  private static int[] rows(Translator t, Operand vector, boolean write) {
    if (!(vector instanceof Operand.Vector(List<Operand> elements))) {
      throw t.error("expected a vector of registers");
    }
    return elements.stream()
        .mapToInt(e -> write ? t.destination(e) : t.value(e, Type.B64))
        .toArray();
  }

  private static void product(Translator t, Instruction i, Mods m) {
    m.need("sync");
    m.take("aligned");
    m.need("row", "col");
    m.need("row", "col");
    Shape shape = Shape.parse(m);
    m.ignore("rn");
    boolean saturates = m.take("satfinite");
    Type d = m.type();
    Type second = m.type();
    boolean four = m.any();
    Type a = four ? second : Type.F16;
    Type c = second;
    if (four) {
      m.type();
      c = m.type();
    }
    t.add(
        new Product(
            i,
            shape.fragment('d', d, rows(t, i.operands().get(0), true)),
            shape.fragment('a', a, rows(t, i.operands().get(1), false)),
            shape.fragment('b', a, rows(t, i.operands().get(2), false)),
            shape.fragment('c', c, rows(t, i.operands().get(3), false)),
            saturates));
  }

  /// Between memory and registers.
  private static final class Transfer extends Op {
    private final Fragment f;
    private final Symbols.Place place;
    private final int stride;
    private final boolean rowMajor;
    private final boolean loads;

    Transfer(
        Instruction source,
        Fragment f,
        Symbols.Place place,
        int stride,
        boolean rowMajor,
        boolean loads) {
      super(source);
      this.f = f;
      this.place = place;
      this.stride = stride;
      this.rowMajor = rowMajor;
      this.loads = loads;
    }

    private long address(Warp w, int lane, int slot) {
      int e = lane * f.perLane() + slot % f.perLane();
      long row = e / f.columns;
      long column = e % f.columns;
      long step = (int) w.r[stride + lane];
      long index = rowMajor ? row * step + column : column * step + row;
      return w.r[place.base() + lane] + place.offset() + index * f.type.bytes();
    }

    @Override
    void run(Warp w, int mask) {
      int bytes = f.type.bytes();
      Probe probe = w.block.probe;
      w.progressed();
      for (int slot = 0; slot < (loads ? f.slots() : f.perLane()); slot++) {
        if (probe != null && slot < f.perLane()) {
          for (int l = 0; l < LANES; l++) {
            w.addresses[l] = place.window().generic(w, address(w, l, slot));
          }
          probe.access(w, this, mask, bytes, bytes, loads ? Probe.Access.LOAD : Probe.Access.STORE);
        }
        for (int m = mask; m != 0; m &= m - 1) {
          int l = Integer.numberOfTrailingZeros(m);
          long at = place.window().locate(w, l, address(w, l, slot), bytes);
          if (loads) {
            f.set(w.r, l, slot, Raw.get(at, bytes));
          } else {
            long word = w.r[f.registers[slot / f.perRegister()] + l];
            Raw.put(at, bytes, word >>> slot % f.perRegister() * f.type.bits());
          }
        }
      }
    }
  }

  /// `d = a b + c`.
  private static final class Product extends Op {
    private final Fragment d;
    private final Fragment a;
    private final Fragment b;
    private final Fragment c;
    private final boolean saturates;

    Product(Instruction source, Fragment d, Fragment a, Fragment b, Fragment c, boolean saturates) {
      super(source);
      this.saturates = saturates;
      this.d = d;
      this.a = a;
      this.b = b;
      this.c = c;
    }

    @Override
    void run(Warp w, int mask) {
      if (mask != ALL) {
        throw new Fault(
            Fault.Kind.BARRIER, "only lanes 0x%08x execute %s", mask, source().mnemonic());
      }
      int m = d.rows;
      int n = d.columns;
      var left = new double[m * a.columns];
      var right = new double[a.columns * n];
      for (int e = 0; e < left.length; e++) {
        left[e] = a.number(a.get(w.r, e / a.columns, e % a.columns));
      }
      for (int e = 0; e < right.length; e++) {
        right[e] = b.number(b.get(w.r, e / n, e % n));
      }
      var sums = new double[m * n];
      for (int e = 0; e < sums.length; e++) {
        double sum = c.number(c.get(w.r, e / n, e % n));
        for (int k = 0; k < a.columns; k++) {
          sum += left[e / n * a.columns + k] * right[k * n + e % n];
        }
        sums[e] = sum;
      }
      for (int e = 0; e < sums.length; e++) {
        d.set(w.r, e / d.perLane(), e % d.perLane(), d.bits(sums[e], saturates));
      }
    }
  }
}
