package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Type;

/// Addition and subtraction with the carry flag: `add.cc`, `addc`, `sub.cc`, `subc`, `mad.cc`.
///
/// A subtraction is `a + ~b + 1` to the hardware: its flag says that there was no borrow. nvcc's
/// division of 128-bit numbers counts on that, where `addc` follows `subc.cc`.
final class Carry extends Op {
  private final boolean wide;
  private final boolean subtracts;
  private final boolean reads;
  private final boolean writes;
  private final int flag;
  private final int d;
  private final int a;
  private final int b;

  private Carry(
      Instruction source,
      boolean wide,
      boolean subtracts,
      boolean reads,
      boolean writes,
      int flag,
      int[] rows) {
    super(source);
    this.wide = wide;
    this.subtracts = subtracts;
    this.reads = reads;
    this.writes = writes;
    this.flag = flag;
    this.d = rows[0];
    this.a = rows[1];
    this.b = rows[2];
  }

  static void add(
      Translator t, Instruction i, Type type, boolean subtracts, boolean reads, boolean writes) {
    int a = t.value(i, 1, type);
    int b = t.value(i, 2, type);
    int d = t.destination(i.operands().get(0));
    t.add(
        new Carry(i, type.bits() == 64, subtracts, reads, writes, t.carry(), new int[] {d, a, b}));
  }

  static void add(
      Translator t,
      Instruction i,
      Type type,
      boolean subtracts,
      boolean reads,
      boolean writes,
      int d,
      int a,
      int b) {
    t.add(
        new Carry(i, type.bits() == 64, subtracts, reads, writes, t.carry(), new int[] {d, a, b}));
  }

  @Override
  void run(Warp w, int mask) {
    int flags = w.p[flag];
    int out = 0;
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      long in = reads ? (flags >>> l & 1) ^ (subtracts ? 1 : 0) : 0;
      long x = w.r[a + l];
      long y = w.r[b + l];
      boolean carry;
      if (wide) {
        long sum = subtracts ? x - y - in : x + y + in;
        carry =
            subtracts
                ? Long.compareUnsigned(x, y) < 0 || (x == y && in != 0)
                : Long.compareUnsigned(sum, x) < 0 || (sum == x && in != 0);
        w.r[d + l] = sum;
      } else {
        long sum =
            subtracts
                ? (x & 0xffff_ffffL) - (y & 0xffff_ffffL) - in
                : (x & 0xffff_ffffL) + (y & 0xffff_ffffL) + in;
        carry = (sum >>> 32 & 1) != 0;
        w.r[d + l] = (int) sum;
      }
      out |= carry != subtracts ? 1 << l : 0;
    }
    if (writes) {
      w.p[flag] = flags & ~mask | out;
    }
  }
}
