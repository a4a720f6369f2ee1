package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.tools.ptx.ir.PtxException;

/// Single instructions at the edges of their definition. Expected values follow from the text of
/// the PTX ISA, worked out by hand.
final class OpcodeTest {

  /// `body` leaves its result in `%r2`.
  record Case(String body, int expected) {
    @Override
    public String toString() {
      return body;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("mov.u32 %r3, 0x7fffffff; add.sat.s32 %r2, %r3, 1;", 0x7fff_ffff),
        new Case("mov.u32 %r3, 0x80000000; sub.sat.s32 %r2, %r3, 1;", 0x8000_0000),
        new Case(
            "setp.ne.s32 %p2, 0, 1; lop3.or.b32 %r3|%p1, 1, 2, 4, 0x80, %p2; selp.b32 %r2, 7, 9,"
                + " %p1;",
            7),
        new Case(
            "setp.eq.s32 %p2, 0, 1; lop3.or.b32 _|%p1, 1, 2, 4, 0x80, %p2; selp.b32 %r2, 7, 9,"
                + " %p1;",
            9),
        new Case("mov.b32 %r3, 0x80010400; neg.ftz.f16x2 %r2, %r3;", 0x0000_8400),
        new Case("createpolicy.fractional.L2::evict_last.b64 %d2, 1.0; cvt.u32.u64 %r2, %d2;", 0),
        new Case("mul.hi.s32 %r2, -2, 3;", -1),
        new Case("mul.hi.u32 %r2, 0xfffffffe, 3;", 2),
        new Case("mov.u32 %r3, 0x40000000; mad.hi.sat.s32 %r2, %r3, 8, 0x7fffffff;", 0x7fff_ffff),
        new Case("mul24.lo.s32 %r2, 0x00ffffff, 5;", -5),
        new Case("mul24.lo.u32 %r2, 0xff000003, 5;", 15),
        new Case("sad.s32 %r2, -3, 4, 10;", 17),
        new Case("mov.u32 %r3, -7; div.s32 %r2, %r3, 2;", -3),
        new Case("mov.u32 %r3, -7; rem.s32 %r2, %r3, 4;", -3),
        new Case("div.u32 %r2, 0xfffffff9, 2;", 0x7fff_fffc),
        new Case("add.cc.u32 %r3, 0xffffffff, 1; addc.u32 %r2, 5, 6;", 12),
        new Case("add.cc.u32 %r3, 1, 1; addc.cc.u32 %r4, -1, 0; addc.u32 %r2, 5, 6;", 11),
        new Case("sub.cc.u32 %r3, 1, 2; subc.u32 %r2, 10, 3;", 6),
        new Case("sub.cc.u32 %r3, 5, 2; addc.u32 %r2, 0, 0;", 1),
        new Case("sub.cc.u32 %r3, 2, 5; addc.u32 %r2, 0, 0;", 0),
        new Case("mad.lo.cc.u32 %r3, 0x10000, 0xffff, 0x10000; madc.hi.u32 %r2, 1, 1, 4;", 5),
        new Case("bfe.s32 %r2, 0xf0, 4, 4;", -1),
        new Case("bfe.u32 %r2, 0xf0, 4, 4;", 15),
        new Case("bfe.s32 %r2, 0x80000000, 28, 10;", -8),
        new Case("bfe.u32 %r2, 0x80000000, 40, 3;", 0),
        new Case("bfe.u32 %r2, -1, 3, 0;", 0),
        new Case("bfi.b32 %r2, 0xff, 0, 4, 8;", 0xff0),
        new Case("bfi.b32 %r2, -1, 5, 30, 20;", 0xc000_0005),
        new Case("bfi.b32 %r2, -1, 5, 32, 4;", 5),
        new Case("shl.b32 %r2, 1, 32;", 0),
        new Case("shr.s32 %r2, 0x80000000, 99;", -1),
        new Case("shr.u32 %r2, 0x80000000, 31;", 1),
        new Case("shf.l.clamp.b32 %r2, 0x11111111, 0x22222222, 32;", 0x1111_1111),
        new Case("shf.r.wrap.b32 %r2, 0x12345678, 0xabcdef01, 36;", 0x1123_4567),
        new Case("prmt.b32 %r2, 0x33221100, 0x77665544, 0x8f07;", 0x0000_0077),
        new Case("prmt.b32.f4e %r2, 0x33221100, 0x77665544, 1;", 0x4433_2211),
        new Case("lop3.b32 %r2, 0xff00ff00, 0x0ff00ff0, 0xffffffff, 0x6a;", 0xf0ff_f0ff),
        new Case("bfind.u32 %r2, 0x00100000;", 20),
        new Case("bfind.shiftamt.u32 %r2, 0x00100000;", 11),
        new Case("bfind.s32 %r2, -1;", -1),
        new Case("clz.b32 %r2, 0;", 32),
        new Case("brev.b32 %r2, 1;", 0x8000_0000),
        new Case("fns.b32 %r2, 0xf0, 0, 2;", 5),
        new Case("bmsk.clamp.b32 %r2, 4, 8;", 0xff0),
        new Case("szext.wrap.s32 %r2, 0xff, 8;", -1),
        new Case("cnot.b32 %r2, 0;", 1),
        new Case("dp2a.lo.s32.s32 %r2, 0x00030002, 0x0000ff04, 1;", 6),
        new Case("dp4a.u32.u32 %r2, 0x01010101, 0xff010101, 0;", 258),
        new Case("vabsdiff4.u32.u32.u32.add %r2, 0x01020304, 0x04030201, 10;", 18),
        new Case("slct.s32.s32 %r2, 7, 8, -1;", 8),
        new Case("set.lt.u32.s32 %r2, -1, 0;", -1),
        new Case("set.gt.f32.s32 %r2, 1, 0;", 0x3f80_0000),
        new Case("mov.f32 %f1, 0f7FC00000; cvt.rni.s32.f32 %r2, %f1;", 0),
        new Case("mov.f32 %f1, 0f4F800000; cvt.rzi.s32.f32 %r2, %f1;", 0x7fff_ffff),
        new Case("mov.f32 %f1, 0fC0200000; cvt.rni.s32.f32 %r2, %f1;", -2),
        new Case("mov.f32 %f1, 0fC0200000; cvt.rpi.s32.f32 %r2, %f1;", -2),
        new Case("mov.f32 %f1, 0fC0200000; cvt.rmi.s32.f32 %r2, %f1;", -3),
        new Case("mov.f32 %f1, 0fC0200000; cvt.rzi.u32.f32 %r2, %f1;", 0),
        new Case("mov.f64 %g1, 0d7FF8000000000000; cvt.rni.s32.f64 %r2, %g1;", 0x8000_0000),
        new Case("mov.u32 %r3, 300; cvt.sat.u8.u32 %r2, %r3;", 255),
        new Case("mov.u32 %r3, -300; cvt.sat.s8.s32 %r2, %r3;", -128),
        new Case("mov.u32 %r3, 0x1ff; cvt.s8.s32 %r4, %r3; cvt.s32.s8 %r2, %r4;", -1),
        new Case("mov.b64 %d2, 0xffffffffffffffff; cvt.rn.f32.u64 %r2, %d2;", 0x5f80_0000),
        new Case("mov.b64 %d2, 0xffffffffffffffff; cvt.rz.f32.u64 %r2, %d2;", 0x5f7f_ffff),
        new Case("mov.u32 %r3, 16777217; cvt.rp.f32.u32 %r2, %r3;", 0x4b80_0001),
        new Case("mov.f32 %f1, 0f3F800001; cvt.rna.tf32.f32 %r2, %f1;", 0x3f80_0000),
        new Case("cvt.rn.f16x2.f32 %r2, 0f3F800000, 0fC0000000;", 0x3c00_c000),
        new Case("cvt.rn.relu.bf16x2.f32 %r2, 0f3F800000, 0fC0000000;", 0x3f80_0000),
        new Case("cvt.rn.satfinite.f16.f32 %h1, 0f49742400; cvt.u32.u16 %r2, %h1;", 0x7bff),
        new Case(
            "mov.f32 %f1, 0f7FC00000; min.f32 %f2, %f1, 0f3F800000; mov.b32 %r2, %f2;",
            0x3f80_0000),
        new Case(
            "mov.f32 %f1, 0f7FC00000; min.NaN.f32 %f2, %f1, 0f3F800000; mov.b32 %r2, %f2;",
            0x7fff_ffff),
        new Case("max.f32 %f2, 0f80000000, 0f00000000; mov.b32 %r2, %f2;", 0),
        new Case("add.ftz.f32 %f2, 0f00000001, 0f80000001; mov.b32 %r2, %f2;", 0),
        new Case("mul.ftz.f32 %f2, 0f80800000, 0f3F000000; mov.b32 %r2, %f2;", 0x8000_0000),
        new Case("add.sat.f32 %f2, 0f3F800000, 0f3F800000; mov.b32 %r2, %f2;", 0x3f80_0000),
        new Case("add.rm.f32 %f2, 0f3F800000, 0fBF800000; mov.b32 %r2, %f2;", 0x8000_0000),
        new Case("add.rz.f32 %f2, 0f7F7FFFFF, 0f7F7FFFFF; mov.b32 %r2, %f2;", 0x7f7f_ffff),
        new Case("mul.rp.f32 %f2, 0f7F7FFFFF, 0f7F7FFFFF; mov.b32 %r2, %f2;", 0x7f80_0000),
        new Case(
            "fma.rz.f32 %f2, 0f3F800001, 0f3F800001, 0fBF800000; mov.b32 %r2, %f2;", 0x3480_0000),
        new Case("div.rn.f32 %f2, 0f00000000, 0f00000000; mov.b32 %r2, %f2;", 0x7fff_ffff),
        new Case("copysign.f32 %f2, 0fBF800000, 0f40000000; mov.b32 %r2, %f2;", 0xc000_0000),
        new Case("ex2.approx.f32 %f2, 0f40400000; mov.b32 %r2, %f2;", 0x4100_0000),
        new Case("lg2.approx.f32 %f2, 0f41000000; mov.b32 %r2, %f2;", 0x4040_0000),
        new Case("rsqrt.approx.f32 %f2, 0f40800000; mov.b32 %r2, %f2;", 0x3f00_0000),
        new Case("testp.subnormal.f32 %p1, 0f00000001; selp.u32 %r2, 1, 0, %p1;", 1),
        new Case("setp.ltu.f32 %p1, 0f7FC00000, 0f00000000; selp.u32 %r2, 1, 0, %p1;", 1),
        new Case("setp.ne.f32 %p1, 0f7FC00000, 0f00000000; selp.u32 %r2, 1, 0, %p1;", 0),
        new Case("setp.lt.s32 %p1|%p2, -1, 0; selp.u32 %r2, 1, 0, %p2;", 0),
        new Case(
            "setp.eq.s32 %p1, 1, 1; setp.lt.and.u32 %p2, 1, 2, !%p1; selp.u32 %r2, 1, 0, %p2;", 0),
        new Case("setp.hi.u32 %p1, -1, 0; not.pred %p2, %p1; selp.u32 %r2, 3, 4, %p2;", 4),
        new Case(
            "mov.b32 %r3, 0x00020001; mov.b32 {%h1, %h2}, %r3; mov.b32 %r2, {%h2, %h1};",
            0x0001_0002),
        new Case("mov.u32 %r2, %ntid.x; add.u32 %r2, %r2, %laneid;", 1),
        new Case(
            "st.global.u32 [%d1], 5; atom.global.inc.u32 %r3, [%d1], 5; ld.global.u32 %r2, [%d1];",
            0),
        new Case(
            "st.global.u32 [%d1], 0; atom.global.dec.u32 %r3, [%d1], 9; ld.global.u32 %r2, [%d1];",
            9),
        new Case("st.global.u32 [%d1], 5; atom.global.cas.b32 %r2, [%d1], 4, 9;", 5),
        new Case(
            "st.global.u32 [%d1], -4; red.global.max.s32 [%d1], -9; ld.global.u32 %r2, [%d1];", -4),
        new Case("st.global.u32 [%d1], -4; ld.global.s8 %r2, [%d1+1];", -1),
        new Case("st.global.u32 [%d1], -4; ld.global.u8 %r2, [%d1+1];", 255),
        new Case("isspacep.global %p1, %d1; selp.u32 %r2, 1, 0, %p1;", 1),
        new Case("vote.sync.ballot.b32 %r2, 1, -1;", 1),
        new Case("activemask.b32 %r2;", 1),
        new Case("elect.sync %r2|%p1, -1;", 0),
        new Case(
            "setp.eq.u32 %p1, %r1, 7; mov.u32 %r2, 1; @%p1 mov.u32 %r2, 2; @!%p1 add.u32 %r2, %r2,"
                + " 8;",
            9));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computes(Case c) {
    try (var gpu = Gpu0.body(SimOptions.DEFAULT, "", c.body + " st.global.u32 [%d1], %r2;")) {
      long at = gpu.put(new int[4]);
      gpu.launch("k", Dim3.of(1), Dim3.of(1), at, 0);
      assertThat(gpu.ints(at, 1)[0]).isEqualTo(c.expected);
    }
  }

  @Test
  void thereAreEnoughOpcodes() {
    assertThat(Opcodes.count()).isGreaterThan(65);
  }

  @Test
  void unsupportedModifiersAreRefusedWithTheLine() {
    assertThatThrownBy(() -> Gpu0.body(SimOptions.DEFAULT, "", "add.fancy.s32 %r2, %r3, 1;"))
        .isInstanceOf(PtxException.class)
        .hasMessageContaining("PTX line")
        .hasMessageContaining("'.fancy' is not supported here");
  }

  @Test
  void mistakesInTheTextAreRefusedWithTheLine() {
    assertThatThrownBy(() -> Gpu0.body(SimOptions.DEFAULT, "", "bra NOWHERE;"))
        .hasMessageContaining("the label 'NOWHERE' is not defined");
    assertThatThrownBy(() -> Gpu0.body(SimOptions.DEFAULT, "", "add.s32 %r2, %r3;"))
        .hasMessageContaining("too few operands");
    assertThatThrownBy(() -> Gpu0.body(SimOptions.DEFAULT, "", "add.s32 %r2, %q3, 1;"))
        .hasMessageContaining("%q3");
  }

  @Test
  void sizesBeyondMeasureAreRefused() {
    assertThatThrownBy(
            () -> Gpu0.body(SimOptions.DEFAULT, ".global .b64 a[9223372036854775807];", ""))
        .isInstanceOf(PtxException.class)
        .hasMessageContaining("a number is too large");
  }

  @Test
  void initialisersOfModuleVariables() {
    String variables =
        """
        .global .align 4 .u32 a[2][2] = {{1, 2}, {3, 4}};
        .global .align 8 .u64 pointer = generic(a)+8;
        .const .f32 half = 0f3F000000;
        """;
    String body =
        """
        ld.global.u64 %d2, [pointer];
        ld.u32 %r2, [%d2];
        ld.const.f32 %f1, [half];
        cvt.rn.f32.s32 %f2, %r2;
        mul.f32 %f1, %f1, %f2;
        st.global.f32 [%d1], %f1;
        """;
    try (var gpu = Gpu0.body(SimOptions.DEFAULT, variables, body)) {
      long at = gpu.put(new float[1]);
      gpu.launch("k", Dim3.of(1), Dim3.of(1), at, 0);
      assertThat(gpu.floats(at, 1)[0]).isEqualTo(1.5f);
    }
  }
}
