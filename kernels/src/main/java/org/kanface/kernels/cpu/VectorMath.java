package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
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
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.69314575f; // 17 bits: n * LN2_HIGH is exact
  private static final float LN2_LOW = 1.4286068e-6f;
  private static final float ROUND = 0x1.8p23f; // adding it rounds to an integer in the low bits
  private static final float EXP_ROUND = ROUND + 127; // … and biases it as an exponent
  private static final int ROUND_BITS = 0x4B400000;
  private static final float EXP_OVERFLOW = 89f;
  private static final float EXP_UNDERFLOW = -104f;
  private static final float EXP_NORMAL = -87.33654f; // ln 2⁻¹²⁶
  private static final float EXP2_NORMAL = -126f;
  private static final int SIGN = 0x80000000;
  private static final int SQRT_HALF_BITS = 0x3F3504F3;
  private static final float MIN_NORMAL = 0x1p-126f;
  private static final float TWO_OVER_PI = 0.63661975f;
  private static final float TRIG_LIMIT = 8192f;
  private static final float INV_SQRT_2PI = 0.3989423f;

  private VectorMath() {}

  /// `eˣ`, at most 1 ulp off; overflows to infinity and underflows gradually.
  static FloatVector exp(FloatVector x) {
    FloatVector t = x.blend(EXP_OVERFLOW, x.compare(GT, EXP_OVERFLOW));
    t = t.blend(EXP_UNDERFLOW, t.compare(LT, EXP_UNDERFLOW));
    FloatVector shifted = t.fma(c(LOG2_E), c(ROUND));
    IntVector n = shifted.reinterpretAsInts().sub(ROUND_BITS);
    IntVector half = n.lanewise(ASHR, 1); // two factors, for 2ⁿ may lie outside the normal range
    return expPolynomial(t, shifted.sub(ROUND))
        .mul(powerOfTwo(half.add(127)))
        .mul(powerOfTwo(n.sub(half).add(127)));
  }

  /// `eˣ` for `x <= 88`, at most 1 ulp off; results below `2⁻¹²⁶` become 0.
  static FloatVector expFlushed(FloatVector x) {
    FloatVector shifted = x.fma(c(LOG2_E), c(EXP_ROUND));
    FloatVector e =
        expPolynomial(x, shifted.sub(EXP_ROUND)).mul(powerOfTwo(shifted.reinterpretAsInts()));
    return e.blend(0f, x.compare(LT, EXP_NORMAL));
  }

  // e^r with r = x - n ln 2, |r| <= ln 2 / 2
  private static FloatVector expPolynomial(FloatVector x, FloatVector n) {
    FloatVector r = n.fma(c(-LN2_LOW), n.fma(c(-LN2_HIGH), x));
    FloatVector p = r.fma(c(0.001381454f), c(0.008368745f));
    p = p.fma(r, c(0.04166839f));
    p = p.fma(r, c(0.16666521f));
    p = p.fma(r, c(0.49999994f));
    p = p.fma(r, c(1f));
    return p.fma(r, c(1f));
  }

  // 2^(biased - 127); bits of `biased` above the lowest eight are ignored
  private static FloatVector powerOfTwo(IntVector biased) {
    return biased.lanewise(LSHL, 23).reinterpretAsFloats();
  }

  // 2^s for s <= 0 to 1e-7 (relative); wrong below -126, where the caller blends 0
  private static FloatVector exp2(FloatVector s) {
    FloatVector shifted = s.add(EXP_ROUND);
    FloatVector r = s.sub(shifted.sub(EXP_ROUND)); // in [-1/2, 1/2]
    FloatVector p = r.fma(c(0.0013264699f), c(0.0096715335f));
    p = p.fma(r, c(0.05550734f));
    p = p.fma(r, c(0.24022242f));
    p = p.fma(r, c(0.693147f));
    p = p.fma(r, c(1f));
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
    FloatVector p = f.fma(c(-0.07634499f), c(0.12761578f));
    p = p.fma(f, c(-0.13160183f));
    p = p.fma(f, c(0.14201757f));
    p = p.fma(f, c(-0.16623357f));
    p = p.fma(f, c(0.20001227f));
    p = p.fma(f, c(-0.2500082f));
    p = p.fma(f, c(0.3333333f));
    FloatVector square = f.mul(f);
    p = e.fma(c(LN2_LOW), p.mul(f).mul(square));
    p = square.fma(c(-0.5f), p).add(f);
    p = e.fma(c(LN2_HIGH), p);
    p = p.blend(x, x.compare(LT, Float.POSITIVE_INFINITY).not()); // +∞ and NaN
    p = p.blend(Float.NaN, x.compare(LT, 0f));
    return p.blend(Float.NEGATIVE_INFINITY, x.compare(LE, 0f).andNot(x.compare(LT, 0f)));
  }

  /// `1 / (1 + e⁻ˣ)`, at most 3 ulp off; results below `2⁻¹²⁶` become 0.
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = expFlushed(x.abs().neg());
    return c(1f).blend(e, x.compare(LT, 0f)).div(e.add(1f));
  }

  /// `tanh x`, at most 2 ulp off.
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector e = expFlushed(a.mul(-2f));
    FloatVector large = c(1f).sub(e.add(e).div(e.add(1f)));
    FloatVector u = a.mul(a);
    FloatVector p = u.fma(c(-0.0057049873f), c(0.020639088f));
    p = p.fma(u, c(-0.053739715f));
    p = p.fma(u, c(0.13331442f));
    p = p.fma(u, c(-0.3333328f));
    FloatVector small = p.mul(u).fma(a, a);
    return withSignOf(x, large.blend(small, a.compare(LT, 0.625f)));
  }

  /// `erf x`, at most 2 ulp off.
  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    // log2 erfc(a) for a >= 0.85
    FloatVector s = a.fma(c(-2.8879474e-5f), c(6.0907385e-4f));
    s = s.fma(a, c(-0.005933013f));
    s = s.fma(a, c(0.036020767f));
    s = s.fma(a, c(-0.15588288f));
    s = s.fma(a, c(-0.9140223f));
    s = s.fma(a, c(-1.6294023f));
    s = s.fma(a, c(2.228989e-4f));
    FloatVector large = c(1f).sub(exp2(s).blend(0f, s.compare(LT, EXP2_NORMAL)));
    FloatVector u = a.mul(a);
    FloatVector p = u.fma(c(8.185097e-5f), c(-8.097705e-4f));
    p = p.fma(u, c(0.0051969523f));
    p = p.fma(u, c(-0.026857706f));
    p = p.fma(u, c(0.11283664f));
    p = p.fma(u, c(-0.37612632f));
    p = p.fma(u, c(0.12837917f));
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
    FloatVector cdf = tail.blend(c(1f).sub(tail), x.compare(GE, 0f));
    FloatVector density = expFlushed(x.mul(x).mul(-0.5f));
    return x.mul(INV_SQRT_2PI).fma(density, cdf);
  }

  // log2 Q(a), a >= 0; falls without bound
  private static FloatVector log2NormalTail(FloatVector a) {
    FloatVector s = a.fma(c(-1.2968499e-6f), c(2.1608825e-5f));
    s = s.fma(a, c(-1.0685456e-4f));
    s = s.fma(a, c(-3.120421e-4f));
    s = s.fma(a, c(0.00726591f));
    s = s.fma(a, c(-0.052615356f));
    s = s.fma(a, c(-0.45917663f));
    s = s.fma(a, c(-1.1511079f));
    return s.fma(a, c(-1f));
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
    FloatVector shifted = x.fma(c(TWO_OVER_PI), c(ROUND));
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(c(-1.5707964f), x); // π/2 in three parts
    r = n.fma(c(4.371139e-8f), r);
    r = n.fma(c(1.7151245e-15f), r);
    FloatVector u = r.mul(r);
    FloatVector sine = u.fma(c(-1.9514632e-4f), c(0.008332156f));
    sine = sine.fma(u, c(-0.16666655f));
    sine = sine.mul(u).fma(r, r);
    FloatVector cosine = u.fma(c(2.4432413e-5f), c(-0.001388731f));
    cosine = cosine.fma(u, c(0.041666646f));
    cosine = cosine.fma(u, c(-0.5f)).fma(u, c(1f));
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
