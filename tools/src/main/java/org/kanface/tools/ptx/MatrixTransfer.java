package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;

/// `ldmatrix`, `stmatrix` and `movmatrix`: 8 x 8 matrices of 16-bit elements between shared memory
/// and the registers of a warp. Lane `8 j + i` gives the address of row `i` of matrix `j`; lane `l`
/// has elements `(l / 4, 2 (l mod 4))` and the next one, with `.trans` those of the transpose.
final class MatrixTransfer extends Op {
  private static final int ROW = 16;

  private final Symbols.Place place;
  private final int[] registers;
  private final boolean transposed;
  private final boolean loads;

  private MatrixTransfer(
      Instruction source, Symbols.Place place, int[] registers, boolean transposed, boolean loads) {
    super(source);
    this.place = place;
    this.registers = registers;
    this.transposed = transposed;
    this.loads = loads;
  }

  static void translate(Translator t, Instruction i, Mods m) {
    boolean loads = i.opcode().equals("ldmatrix");
    m.need("sync");
    m.take("aligned");
    m.need("m8n8");
    int count = m.need("x1", "x2", "x4").charAt(1) - '0';
    boolean transposed = m.take("trans");
    Space space = MemoryFamily.space(m);
    m.need("b16");
    Operand vector = i.operands().get(loads ? 0 : 1);
    List<Operand> elements = vector instanceof Operand.Vector(var all) ? all : List.of(vector);
    if (elements.size() != count) {
      throw m.error("expected %d registers", count);
    }
    int[] registers =
        elements.stream().mapToInt(e -> loads ? t.destination(e) : t.value(e, Type.B32)).toArray();
    var place = Symbols.place(t, i.operands().get(loads ? 1 : 0), space);
    t.add(new MatrixTransfer(i, place, registers, transposed, loads));
  }

  /// `movmatrix`: transposes a matrix in registers.
  static void move(Translator t, Instruction i, Mods m) {
    m.need("sync");
    m.take("aligned");
    m.need("m8n8");
    m.need("trans");
    m.need("b16");
    t.add(new Transpose(i, t.destination(i.operands().get(0)), t.value(i, 1, Type.B32)));
  }

  /// Refuses lanes that come without the others.
  static void all(Op op, int mask) {
    if (mask != ALL) {
      throw new Fault(
          Fault.Kind.BARRIER, "only lanes 0x%08x execute %s", mask, op.source().mnemonic());
    }
  }

  @Override
  void run(Warp w, int mask) {
    all(this, mask);
    int givers = registers.length * 8;
    Probe probe = w.block.probe;
    if (probe != null) {
      int lanes = givers == LANES ? ALL : (1 << givers) - 1;
      w.address(place.window(), place.base(), place.offset(), lanes);
      probe.access(w, this, lanes, ROW, 2, loads ? Probe.Access.LOAD : Probe.Access.STORE);
    }
    var rows = new long[givers];
    for (int l = 0; l < givers; l++) {
      rows[l] = place.window().locate(w, l, w.r[place.base() + l] + place.offset(), ROW);
    }
    if (!loads) {
      w.progressed();
    }
    for (int j = 0; j < registers.length; j++) {
      for (int l = 0; l < LANES; l++) {
        long first = at(rows, j, l, 0);
        long second = at(rows, j, l, 1);
        int register = registers[j] + l;
        if (loads) {
          w.r[register] = Raw.getShort(first) & 0xffff | (long) Raw.getShort(second) << 16;
        } else {
          Raw.putShort(first, (short) w.r[register]);
          Raw.putShort(second, (short) (w.r[register] >> 16));
        }
      }
    }
  }

  private long at(long[] rows, int matrix, int lane, int n) {
    int row = transposed ? 2 * (lane & 3) + n : lane >> 2;
    int column = transposed ? lane >> 2 : 2 * (lane & 3) + n;
    return rows[matrix * 8 + row] + 2L * column;
  }

  private static final class Transpose extends Op {
    private final int d;
    private final int a;

    Transpose(Instruction source, int d, int a) {
      super(source);
      this.d = d;
      this.a = a;
    }

    @Override
    void run(Warp w, int mask) {
      all(this, mask);
      var old = new long[LANES];
      System.arraycopy(w.r, a, old, 0, LANES);
      for (int l = 0; l < LANES; l++) {
        w.r[d + l] =
            element(old, 2 * (l & 3), l >> 2) | element(old, 2 * (l & 3) + 1, l >> 2) << 16;
      }
    }

    private static long element(long[] r, int row, int column) {
      return r[row * 4 + column / 2] >>> 16 * (column % 2) & 0xffff;
    }
  }
}
