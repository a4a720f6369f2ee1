package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// `mma.sync`: matrix products of a warp whose operands lie in registers as the definition says
/// (PTX
/// ISA, "Matrix multiply-accumulate operation using mma instruction").
///
/// With `g = lane / 4`, `t = lane % 4` and `e` elements in a register, register `j` of lane `l` has
/// of `a` row `g + 8 (j mod 2)`, columns from `t e + 4 e (j / 2)`; of `b` column `g`, rows from
/// `t e + 4 e j`; element `q` of `c` and `d` is row `g + 8 (q / 2)`, column `2 t + q mod 2`. Sums
/// are
/// taken in double and rounded once; tensor cores round more often.
final class MmaFamily extends Op {
  private static final int COLUMNS = 8;

  private final int rows;
  private final int depth;
  private final MatrixElement[] types;
  private final int[] d;
  private final int[] a;
  private final int[] b;
  private final int[] c;
  private final Combination combination;
  private final boolean saturates;

  /// How an element of `a` and one of `b` go into a sum.
  private enum Combination {
    PRODUCT,
    AND,
    XOR
  }

  private MmaFamily(
      Instruction source,
      int rows,
      int depth,
      MatrixElement[] types,
      int[][] registers,
      Combination combination,
      boolean saturates) {
    super(source);
    this.rows = rows;
    this.depth = depth;
    this.types = types;
    this.combination = combination;
    this.saturates = saturates;
    d = registers[0];
    a = registers[1];
    b = registers[2];
    c = registers[3];
  }

  static void translate(Translator t, Instruction i, Mods m) {
    m.need("sync");
    m.take("aligned");
    String shape = m.first();
    if (!shape.matches("m(8|16)n8k\\d{1,3}")) {
      throw m.error("the shape '%s' is not supported", shape);
    }
    int rows = shape.startsWith("m8") ? 8 : 16;
    int depth = Integer.parseInt(shape.substring(shape.indexOf('k') + 1));
    m.need("row");
    m.need("col");
    m.take("kind::f8f6f4");
    m.oneOf("rn");
    boolean saturates = m.take("satfinite");
    var combination =
        m.take("xor") ? Combination.XOR : m.take("and") ? Combination.AND : Combination.PRODUCT;
    m.take("popc");
    var types = new MatrixElement[4];
    for (int n = 0; n < 4; n++) {
      String word = m.first();
      MatrixElement type = MatrixElement.named(word);
      if (type == null) {
        throw m.error("elements of '.%s' are not supported", word);
      }
      types[n] = type;
    }
    int[] counts = {
      rows / 4 / types[0].perRegister(),
      rows * depth / LANES / types[1].perRegister(),
      depth * COLUMNS / LANES / types[2].perRegister(),
      rows / 4 / types[3].perRegister()
    };
    var registers = new int[4][];
    for (int n = 0; n < 4; n++) {
      registers[n] = rows(t, i.operands().get(n), n == 0);
      if (registers[n].length != counts[n] || counts[n] == 0) {
        throw m.error("the shape %s of these types is not supported", shape);
      }
    }
    t.add(new MmaFamily(i, rows, depth, types, registers, combination, saturates));
  }

  private static int[] rows(Translator t, Operand vector, boolean write) {
    if (!(vector instanceof Operand.Vector(List<Operand> elements))) {
      throw t.error("expected a vector of registers");
    }
    return elements.stream()
        .mapToInt(e -> write ? t.destination(e) : t.value(e, Type.B64))
        .toArray();
  }

  @Override
  void run(Warp w, int mask) {
    MatrixTransfer.all(this, mask);
    long[] r = w.r;
    var left = new double[rows * depth];
    var right = new double[depth * COLUMNS];
    gather(r, left, right);
    var sums = new double[rows * COLUMNS];
    for (int l = 0; l < LANES; l++) {
      for (int q = 0; q < rows / 4; q++) {
        int row = (l >> 2) + 8 * (q / 2);
        int column = 2 * (l & 3) + q % 2;
        sums[l * (rows / 4) + q] = sum(r, l, q, row, column, left, right);
      }
    }
    MatrixElement type = types[0];
    for (int l = 0; l < LANES; l++) {
      for (int j = 0; j < d.length; j++) {
        long bits = 0;
        for (int n = 0; n < type.perRegister(); n++) {
          double sum = sums[l * (rows / 4) + j * type.perRegister() + n];
          bits |= type.encode(saturates ? (int) sum : sum) << n * type.bits();
        }
        r[d[j] + l] = bits;
      }
    }
  }

  private void gather(long[] r, double[] left, double[] right) {
    int e = types[1].perRegister();
    for (int l = 0; l < LANES; l++) {
      int g = l >> 2;
      int first = (l & 3) * e;
      for (int j = 0; j < a.length; j++) {
        int row = rows == 8 ? g : g + 8 * (j % 2);
        int column = first + 4 * e * (rows == 8 ? j : j / 2);
        for (int n = 0; n < e; n++) {
          left[row * depth + column + n] = types[1].number(r[a[j] + l], n);
        }
      }
      for (int j = 0; j < b.length; j++) {
        for (int n = 0; n < e; n++) {
          right[(first + 4 * e * j + n) * COLUMNS + g] = types[2].number(r[b[j] + l], n);
        }
      }
    }
  }

  private double sum(
      long[] r, int lane, int q, int row, int column, double[] left, double[] right) {
    int e = types[3].perRegister();
    double sum = types[3].number(r[c[q / e] + lane], q % e);
    for (int k = 0; k < depth; k++) {
      double x = left[row * depth + k];
      double y = right[k * COLUMNS + column];
      sum +=
          switch (combination) {
            case PRODUCT, AND -> x * y;
            case XOR -> x == y ? 0 : 1;
          };
    }
    return sum;
  }
}
