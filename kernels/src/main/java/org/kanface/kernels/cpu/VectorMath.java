package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/// Elementary functions of float32 vectors. Every lane is computed on its own and by the same
/// operations, so a value gives the same bits wherever it lies in a vector and whatever the
/// vector's width.
///
/// The bounds are the largest errors found by sweeps over all exponents, in units of the last place
/// of the float32 result. NaN gives NaN. Each function is small enough for C2 to inline into a
/// loop; a loop should call at most two of them, in one place each (a padded last vector or masks
/// for a tail rather than a second copy of the body). Polynomials are minimax fits of our own.
final class VectorMath {
  private static final FloatVector ONE = c(1f);
  private static final FloatVector MINUS_ONE = c(-1f);
  private static final FloatVector MINUS_HALF = c(-0.5f);

  private static final int ROUND_BITS = 0x4B400000;
  private static final FloatVector ROUND = c(0x1.8p23f); // adding it rounds to an integer, low bits
  private static final FloatVector EXP_ROUND = c(0x1.8p23f + 127); // … biased as an exponent
  private static final FloatVector LOG2_E = c(1.442695f);
  private static final FloatVector LN2_HIGH = c(0.69314575f); // 17 bits: n * LN2_HIGH is exact
  private static final FloatVector LN2_LOW = c(1.4286068e-6f);
  private static final FloatVector MINUS_LN2_HIGH = LN2_HIGH.neg();
  private static final FloatVector MINUS_LN2_LOW = LN2_LOW.neg();
  private static final float EXP_OVERFLOW = 89f;
  private static final float EXP_UNDERFLOW = -104f;
  private static final float EXP_NORMAL = -87.33654f; // ln 2⁻¹²⁶
  static final float EXP2_NORMAL = -126f;
  private static final int SIGN = 0x80000000;
  private static final int SQRT_HALF_BITS = 0x3F3504F3;
  private static final float MIN_NORMAL = 0x1p-126f;
  private static final FloatVector TWO_OVER_PI = c(0.63661975f);
  private static final float TRIG_LIMIT = 8192f;
  static final float INV_SQRT_2PI = 0.3989423f;

  // Coefficients, named by the power that they multiply. As vectors: C2 keeps them in registers and
  // has far less to inline than from a broadcast at each use.
  private static final FloatVector EXP_6 = c(0.001381454f);
  private static final FloatVector EXP_5 = c(0.008368745f);
  private static final FloatVector EXP_4 = c(0.04166839f);
  private static final FloatVector EXP_3 = c(0.16666521f);
  private static final FloatVector EXP_2 = c(0.49999994f);
  private static final FloatVector EXP2_5 = c(0.0013264699f);
  private static final FloatVector EXP2_4 = c(0.0096715335f);
  private static final FloatVector EXP2_3 = c(0.05550734f);
  private static final FloatVector EXP2_2 = c(0.24022242f);
  private static final FloatVector EXP2_1 = c(0.693147f);
  private static final FloatVector LOG_10 = c(-0.07634499f);
  private static final FloatVector LOG_9 = c(0.12761578f);
  private static final FloatVector LOG_8 = c(-0.13160183f);
  private static final FloatVector LOG_7 = c(0.14201757f);
  private static final FloatVector LOG_6 = c(-0.16623357f);
  private static final FloatVector LOG_5 = c(0.20001227f);
  private static final FloatVector LOG_4 = c(-0.2500082f);
  private static final FloatVector LOG_3 = c(0.3333333f);
  private static final FloatVector TANH_11 = c(-0.0057049873f);
  private static final FloatVector TANH_9 = c(0.020639088f);
  private static final FloatVector TANH_7 = c(-0.053739715f);
  private static final FloatVector TANH_5 = c(0.13331442f);
  private static final FloatVector TANH_3 = c(-0.3333328f);
  private static final FloatVector ERFC_7 = c(-2.8879474e-5f);
  private static final FloatVector ERFC_6 = c(6.0907385e-4f);
  private static final FloatVector ERFC_5 = c(-0.005933013f);
  private static final FloatVector ERFC_4 = c(0.036020767f);
  private static final FloatVector ERFC_3 = c(-0.15588288f);
  private static final FloatVector ERFC_2 = c(-0.9140223f);
  private static final FloatVector ERFC_1 = c(-1.6294023f);
  private static final FloatVector ERFC_0 = c(2.228989e-4f);
  private static final FloatVector ERF_13 = c(8.185097e-5f);
  private static final FloatVector ERF_11 = c(-8.097705e-4f);
  private static final FloatVector ERF_9 = c(0.0051969523f);
  private static final FloatVector ERF_7 = c(-0.026857706f);
  private static final FloatVector ERF_5 = c(0.11283664f);
  private static final FloatVector ERF_3 = c(-0.37612632f);
  private static final FloatVector ERF_1 = c(0.12837917f);
  private static final FloatVector TAIL_8 = c(-1.2968499e-6f);
  private static final FloatVector TAIL_7 = c(2.1608825e-5f);
  private static final FloatVector TAIL_6 = c(-1.0685456e-4f);
  private static final FloatVector TAIL_5 = c(-3.120421e-4f);
  private static final FloatVector TAIL_4 = c(0.00726591f);
  private static final FloatVector TAIL_3 = c(-0.052615356f);
  private static final FloatVector TAIL_2 = c(-0.45917663f);
  private static final FloatVector TAIL_1 = c(-1.1511079f);
  private static final FloatVector MINUS_HALF_PI_1 = c(-1.5707964f);
  private static final FloatVector MINUS_HALF_PI_2 = c(4.371139e-8f);
  private static final FloatVector MINUS_HALF_PI_3 = c(1.7151245e-15f);
  private static final FloatVector SIN_7 = c(-1.9514632e-4f);
  private static final FloatVector SIN_5 = c(0.008332156f);
  private static final FloatVector SIN_3 = c(-0.16666655f);
  private static final FloatVector COS_8 = c(2.4432413e-5f);
  private static final FloatVector COS_6 = c(-0.001388731f);
  private static final FloatVector COS_4 = c(0.041666646f);

  private VectorMath() {}

  /// `eˣ`, at most 1 ulp off; overflows to infinity and underflows gradually.
  static FloatVector exp(FloatVector x) {
    FloatVector t = x.blend(EXP_OVERFLOW, x.compare(GT, EXP_OVERFLOW));
    t = t.blend(EXP_UNDERFLOW, t.compare(LT, EXP_UNDERFLOW));
    FloatVector shifted = t.fma(LOG2_E, ROUND);
    IntVector n = shifted.reinterpretAsInts().sub(ROUND_BITS);
    IntVector half = n.lanewise(ASHR, 1); // two factors, for 2ⁿ may lie outside the normal range
    return expPolynomial(t, shifted.sub(ROUND))
        .mul(powerOfTwo(half.add(127)))
        .mul(powerOfTwo(n.sub(half).add(127)));
  }

  /// `eˣ` for `x <= 88`, at most 1 ulp off; results below `2⁻¹²⁶` become 0.
  static FloatVector expFlushed(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, EXP_ROUND);
    FloatVector e =
        expPolynomial(x, shifted.sub(EXP_ROUND)).mul(powerOfTwo(shifted.reinterpretAsInts()));
    return e.blend(0f, x.compare(LT, EXP_NORMAL));
  }

  // e^r with r = x - n ln 2, |r| <= ln 2 / 2
  private static FloatVector expPolynomial(FloatVector x, FloatVector n) {
    FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.fma(r, EXP_4);
    p = p.fma(r, EXP_3);
    p = p.fma(r, EXP_2);
    p = p.fma(r, ONE);
    return p.fma(r, ONE);
  }

  // 2^(biased - 127); bits of `biased` above the lowest eight are ignored
  private static FloatVector powerOfTwo(IntVector biased) {
    return biased.lanewise(LSHL, 23).reinterpretAsFloats();
  }

  /// `2^s` for `s <= 0` to 1e-7 (relative); wrong below [#EXP2_NORMAL], where the caller blends 0.
  static FloatVector exp2(FloatVector s) {
    FloatVector shifted = s.add(EXP_ROUND);
    FloatVector r = s.sub(shifted.sub(EXP_ROUND)); // in [-1/2, 1/2]
    FloatVector p = r.fma(EXP2_5, EXP2_4);
    p = p.fma(r, EXP2_3);
    p = p.fma(r, EXP2_2);
    p = p.fma(r, EXP2_1);
    p = p.fma(r, ONE);
    return p.mul(powerOfTwo(shifted.reinterpretAsInts()));
  }

  /// `ln x`, at most 1 ulp off, subnormal arguments included; `ln 0 = -∞`, NaN below 0.
  static FloatVector log(FloatVector x) {
    VectorMask<Float> subnormal = x.compare(LT, MIN_NORMAL);
    IntVector bits = x.blend(x.mul(0x1p23f), subnormal).reinterpretAsInts().sub(SQRT_HALF_BITS);
    FloatVector e = (FloatVector) bits.lanewise(ASHR, 23).convertShape(I2F, Simd.F, 0);
    e = e.blend(e.sub(23f), subnormal);
    // m = 2^-e x in [√½, √2), f = m - 1
    FloatVector f = bits.lanewise(AND, 0x7FFFFF).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
    FloatVector p = f.fma(LOG_10, LOG_9);
    p = p.fma(f, LOG_8);
    p = p.fma(f, LOG_7);
    p = p.fma(f, LOG_6);
    p = p.fma(f, LOG_5);
    p = p.fma(f, LOG_4);
    p = p.fma(f, LOG_3);
    FloatVector square = f.mul(f);
    p = e.fma(LN2_LOW, p.mul(f).mul(square));
    p = square.fma(MINUS_HALF, p).add(f);
    p = e.fma(LN2_HIGH, p);
    p = p.blend(x, x.compare(LT, Float.POSITIVE_INFINITY).not()); // +∞ and NaN
    p = p.blend(Float.NaN, x.compare(LT, 0f));
    return p.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
  }

  /// `1 / (1 + e⁻ˣ)`, at most 3 ulp off; results below `2⁻¹²⁶` become 0.
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = expFlushed(x.abs().neg());
    return ONE.blend(e, x.compare(LT, 0f)).div(e.add(1f));
  }

  /// `tanh x`, at most 2 ulp off.
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector e = expFlushed(a.mul(-2f));
    FloatVector large = ONE.sub(e.add(e).div(e.add(1f)));
    FloatVector u = a.mul(a);
    FloatVector p = u.fma(TANH_11, TANH_9);
    p = p.fma(u, TANH_7);
    p = p.fma(u, TANH_5);
    p = p.fma(u, TANH_3);
    FloatVector small = p.mul(u).fma(a, a);
    return withSignOf(x, large.blend(small, a.compare(LT, 0.625f)));
  }

  /// `erf x`, at most 2 ulp off.
  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    // log2 erfc(a) for a >= 0.85
    FloatVector s = a.fma(ERFC_7, ERFC_6);
    s = s.fma(a, ERFC_5);
    s = s.fma(a, ERFC_4);
    s = s.fma(a, ERFC_3);
    s = s.fma(a, ERFC_2);
    s = s.fma(a, ERFC_1);
    s = s.fma(a, ERFC_0);
    FloatVector large = ONE.sub(exp2(s).blend(0f, s.compare(LT, EXP2_NORMAL)));
    FloatVector u = a.mul(a);
    FloatVector p = u.fma(ERF_13, ERF_11);
    p = p.fma(u, ERF_9);
    p = p.fma(u, ERF_7);
    p = p.fma(u, ERF_5);
    p = p.fma(u, ERF_3);
    p = p.fma(u, ERF_1);
    return withSignOf(x, large.blend(p.fma(a, a), a.compare(LT, 0.9f)));
  }

  /// `GELU(x) = x Φ(x)`, off by at most `2e-7 |x|`.
  ///
  /// As `max(x, 0) - |x| Q(|x|)` with the normal tail `Q(a) = 1 - Φ(a) = 2^s(a)`: nothing cancels.
  static FloatVector gelu(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector s = log2NormalTail(a);
    FloatVector tail = exp2(s).mul(a).blend(0f, s.compare(LT, EXP2_NORMAL));
    return x.blend(0f, x.compare(LT, 0f)).sub(tail);
  }

  /// `GELU'(x) = Φ(x) + x φ(x)`, off by at most 3e-7.
  static FloatVector geluDerivative(FloatVector x) {
    FloatVector s = log2NormalTail(x.abs());
    FloatVector tail = exp2(s).blend(0f, s.compare(LT, EXP2_NORMAL));
    FloatVector cdf = tail.blend(ONE.sub(tail), x.compare(GE, 0f));
    FloatVector density = expFlushed(x.mul(x).mul(-0.5f));
    return x.mul(INV_SQRT_2PI).fma(density, cdf);
  }

  /// `log2 Q(a)` of the normal tail `Q(a) = 1 - Φ(a)`, `a >= 0`; falls without bound.
  static FloatVector log2NormalTail(FloatVector a) {
    FloatVector s = a.fma(TAIL_8, TAIL_7);
    s = s.fma(a, TAIL_6);
    s = s.fma(a, TAIL_5);
    s = s.fma(a, TAIL_4);
    s = s.fma(a, TAIL_3);
    s = s.fma(a, TAIL_2);
    s = s.fma(a, TAIL_1);
    return s.fma(a, MINUS_ONE);
  }

  /// `sin x`: error at most 1.5e-7, and 2 ulp for `|x| <= π`.
  static FloatVector sin(FloatVector x) {
    return trigonometric(x, 0);
  }

  /// `cos x`: error at most 1.5e-7, and 2 ulp for `|x| <= π/4`.
  static FloatVector cos(FloatVector x) {
    return trigonometric(x, 1);
  }

  // sin(x + quarterTurns π/2)
  private static FloatVector trigonometric(FloatVector x, int quarterTurns) {
    if (x.abs().compare(GT, TRIG_LIMIT).anyTrue()) {
      return laneByLane(x, quarterTurns == 0 ? Math::sin : Math::cos);
    }
    FloatVector shifted = x.fma(TWO_OVER_PI, ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(MINUS_HALF_PI_1, x); // π/2 in three parts
    r = n.fma(MINUS_HALF_PI_2, r);
    r = n.fma(MINUS_HALF_PI_3, r);
    FloatVector u = r.mul(r);
    FloatVector sine = u.fma(SIN_7, SIN_5);
    sine = sine.fma(u, SIN_3);
    sine = sine.mul(u).fma(r, r);
    FloatVector cosine = u.fma(COS_8, COS_6);
    cosine = cosine.fma(u, COS_4);
    cosine = cosine.fma(u, MINUS_HALF).fma(u, ONE);
    IntVector quadrant = shifted.reinterpretAsInts().add(quarterTurns);
    VectorMask<Float> odd = quadrant.lanewise(AND, 1).compare(NE, 0).cast(Simd.F);
    IntVector sign = quadrant.lanewise(AND, 2).lanewise(LSHL, 30);
    return sine.blend(cosine, odd).reinterpretAsInts().lanewise(XOR, sign).reinterpretAsFloats();
  }

  // far outside the range of the reduction: double precision, one lane at a time
  private static FloatVector laneByLane(FloatVector x, DoubleUnaryOperator f) {
    float[] lanes = x.toArray();
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = (float) f.applyAsDouble(lanes[i]);
    }
    return FloatVector.fromArray(Simd.F, lanes, 0);
  }

  private static FloatVector withSignOf(FloatVector sign, FloatVector magnitude) {
    return magnitude
        .reinterpretAsInts()
        .lanewise(OR, sign.reinterpretAsInts().lanewise(AND, SIGN))
        .reinterpretAsFloats();
  }

  private static FloatVector c(float value) {
    return FloatVector.broadcast(Simd.F, value);
  }
}
