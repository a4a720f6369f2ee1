package org.kanface.kernels.cpu;

import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.Workers;

/// Gradients of the low-rank MLP: the rows are cut into parts, each of which sums the weights'
/// gradients of its blocks; the parts are then added in their order.
///
/// With the layer scale `γ`, everything that `up2`, `bias2` and `γ` need comes from the sums `S =
/// low2ᵀ dy` and `s = Σ dy`: `dup2 = γ Sᵀ`, `dbias2 = γ s`, `dγ = Σ_k up2 Sᵀ + bias2 s`.
record MlpBackward(LowRankMlp shape, MlpWeights w, long x, MlpCpu.Kept kept, long dy, long dx) {
  private static final long PARTS = 16;

  void run(MlpWeights gradients) {
    long rows = MlpCpu.block(shape);
    long blocks = Math.ceilDiv(shape.rows(), rows);
    long parts = Math.clamp(blocks, 1, PARTS);
    var sums = MlpSums.of(shape, parts);
    var factors = factors();
    Workers.forEach(
        parts,
        p -> {
          var part = sums.part(p);
          part.clear();
          for (long b = p * blocks / parts; b < (p + 1) * blocks / parts; b++) {
            long from = b * rows;
            block(factors, part, rows, from, Math.min(rows, shape.rows() - from));
          }
        });
    sums.finish(parts, w, gradients);
  }

  /// The right-hand sides of all products with a block's rows.
  private record Factors(
      MlpFactor up1, MlpFactor scaledUp2, MlpFactor down2, MlpFactor up1Back, MlpFactor down1) {}

  private Factors factors() {
    long width = shape.width();
    long hidden = shape.hidden();
    long rank = shape.rank();
    long panels =
        Scratch.SHARED_B.address(
            2 * GemmBlock.panelBytes(rank, hidden)
                + GemmBlock.panelBytes(hidden, rank)
                + GemmBlock.panelBytes(rank, width)
                + GemmBlock.panelBytes(width, rank));
    var widen = MlpFactor.transposed(w.up1(), rank, hidden, panels);
    var up2 = MlpFactor.of(scaledUp2(), width, rank, widen.end());
    var down2 = MlpFactor.of(w.down2(), rank, hidden, up2.end());
    var narrow = MlpFactor.of(w.up1(), hidden, rank, down2.end());
    var down1 = MlpFactor.of(w.down1(), rank, width, narrow.end());
    return new Factors(widen, up2, down2, narrow, down1);
  }

  /// `γ up2`, `[width, rank]`.
  private long scaledUp2() {
    if (w.scale() == 0) {
      return w.up2();
    }
    long scaled = Scratch.WEIGHTS.address(shape.width() * shape.rank() * Float.BYTES);
    for (long i = 0; i < shape.width(); i++) {
      float scale = Lanes.get(w.scale() + i * Float.BYTES);
      for (long k = 0; k < shape.rank(); k++) {
        long at = (i * shape.rank() + k) * Float.BYTES;
        Lanes.set(scaled + at, scale * Lanes.get(w.up2() + at));
      }
    }
    return scaled;
  }

  private void block(Factors f, MlpSums.Part sums, long rows, long from, long count) {
    long width = shape.width();
    long hidden = shape.hidden();
    long rank = shape.rank();
    long low = from * rank * Float.BYTES;
    long at = from * width * Float.BYTES;
    long grad = dy + at;
    var block = MlpBlock.of(shape, rows);
    block.normalize(shape, w, count, x + at, block.mean(), block.rstd());
    MlpRows.addTo(sums.bias2(), (int) count, width, grad);
    MlpFactor.addTransposed(count, rank, width, kept.low2() + low, grad, sums.up2());
    f.scaledUp2.multiply(count, grad, block.low2(), GemmEpilogue.NONE); // dlow2
    var biased = GemmEpilogue.of(w.bias1(), null);
    f.up1.multiply(count, kept.low1() + low, block.wide(), biased); // u
    f.down2.multiply(count, block.low2(), block.dwide(), GemmEpilogue.NONE); // dgelu
    MlpRows.gelu(count * hidden, block.wide(), block.dwide()); // gelu(u), du
    MlpRows.addTo(sums.bias1(), (int) count, hidden, block.dwide());
    MlpFactor.addTransposed(count, rank, hidden, block.low2(), block.wide(), sums.down2());
    MlpFactor.addTransposed(count, rank, hidden, kept.low1() + low, block.dwide(), sums.up1());
    f.up1Back.multiply(count, block.dwide(), block.low1(), GemmEpilogue.NONE); // dlow1
    MlpFactor.addTransposed(count, rank, width, block.low1(), block.norm(), sums.down1());
    f.down1.multiply(count, block.low1(), block.dnorm(), GemmEpilogue.NONE);
    NormLayer.backward(
        count,
        Math.toIntExact(width * Float.BYTES),
        x + at,
        w.normWeight(),
        kept.mean() + from * Float.BYTES,
        kept.rstd() + from * Float.BYTES,
        block.dnorm(),
        dx + at,
        sums.normWeight(),
        sums.normBias());
  }
}
