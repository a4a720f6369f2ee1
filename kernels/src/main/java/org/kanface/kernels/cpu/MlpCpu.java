package org.kanface.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Epilogue.Activation;
import org.kanface.kernels.LowRankMlp;
import org.kanface.kernels.Memory;
import org.kanface.kernels.MlpKernels;
import org.kanface.kernels.Unary;
import org.kanface.kernels.Workers;

/// The low-rank MLP by blocks of rows whose wide activations stay in the second-level cache.
final class MlpCpu implements MlpKernels {
  private static final long WIDE = 60_000; // elements of a block's wide activations: 240 KB
  private static final long LARGEST = 288; // rows
  private static final long SMALLEST = 48; // rows that pay for reading the weights
  private static final long BLOCKS = 8; // wanted at least, for threads to share
  private static final long TILE = 12;

  /// Rows of a block, a function of the shape alone.
  static long block(LowRankMlp s) {
    long cached = WIDE / s.hidden() / TILE * TILE;
    long shared = Math.ceilDiv(Math.ceilDiv(s.rows(), BLOCKS), TILE) * TILE;
    return Math.clamp(Math.min(cached, shared), SMALLEST, LARGEST);
  }

  /// Addresses of [LowRankMlp.Kept]; all 0 where nothing is kept.
  record Kept(long mean, long rstd, long low1, long low2) {
    private static final Kept NOTHING = new Kept(0, 0, 0, 0);
  }

  @Override
  public void forward(
      LowRankMlp shape,
      LowRankMlp.Weights weights,
      Memory x,
      @Nullable Memory residual,
      Memory y,
      LowRankMlp.@Nullable Kept kept) {
    if (shape.rows() == 0) {
      return;
    }
    try (var address = new Address("low-rank mlp")) {
      long numel = shape.rows() * shape.width();
      var w = MlpWeights.inputs(address, shape, weights);
      long in = address.input("x", x, numel);
      long skip = address.input("residual", residual, numel);
      long out = address.output("y", y, numel);
      var keeps = kept == null ? Kept.NOTHING : outputs(address, shape, kept);
      forward(shape, w, in, skip, out, keeps);
    }
  }

  private static Kept outputs(Address address, LowRankMlp s, LowRankMlp.Kept kept) {
    return new Kept(
        address.output("mean", kept.mean(), s.rows()),
        address.output("rstd", kept.rstd(), s.rows()),
        address.output("low1", kept.low1(), s.rows() * s.rank()),
        address.output("low2", kept.low2(), s.rows() * s.rank()));
  }

  private static void forward(
      LowRankMlp s, MlpWeights w, long x, long residual, long y, Kept kept) {
    long width = s.width();
    long hidden = s.hidden();
    long rank = s.rank();
    long panels =
        Scratch.SHARED_B.address(
            2 * (GemmBlock.panelBytes(width, rank) + GemmBlock.panelBytes(rank, width))
                + GemmBlock.panelBytes(rank, hidden)
                + GemmBlock.panelBytes(hidden, rank));
    var down1 = MlpFactor.transposed(w.down1(), width, rank, panels);
    var up1 = MlpFactor.transposed(w.up1(), rank, hidden, down1.end());
    var down2 = MlpFactor.transposed(w.down2(), hidden, rank, up1.end());
    var up2 = MlpFactor.transposed(w.up2(), rank, width, down2.end());
    var biased = GemmEpilogue.of(w.bias1(), null);
    var finished =
        new GemmEpilogue(
            w.bias2(), null, Activation.NONE, 0, w.scale(), residual == 0 ? 0 : residual - y);
    long rows = block(s);
    Workers.forEach(
        Math.ceilDiv(s.rows(), rows),
        t -> {
          long from = t * rows;
          long count = Math.min(rows, s.rows() - from);
          var block = MlpBlock.of(s, rows);
          long mean = kept.mean == 0 ? block.mean() : kept.mean + from * Float.BYTES;
          long rstd = kept.rstd == 0 ? block.rstd() : kept.rstd + from * Float.BYTES;
          long low1 = kept.low1 == 0 ? block.low1() : kept.low1 + from * rank * Float.BYTES;
          long low2 = kept.low2 == 0 ? block.low2() : kept.low2 + from * rank * Float.BYTES;
          long at = from * width * Float.BYTES;
          block.normalize(s, w, count, x + at, mean, rstd);
          down1.multiply(count, block.norm(), low1, GemmEpilogue.NONE);
          up1.multiply(count, low1, block.wide(), biased);
          ElementwiseUnary.run(Unary.GELU, block.wide(), block.wide(), (int) (count * hidden));
          down2.multiply(count, block.wide(), low2, GemmEpilogue.NONE);
          up2.multiply(count, low2, y + at, finished);
        });
  }

  @Override
  public void backward(
      LowRankMlp shape,
      LowRankMlp.Weights weights,
      Memory x,
      LowRankMlp.Kept kept,
      Memory dy,
      Memory dx,
      LowRankMlp.Weights gradients) {
    try (var address = new Address("low-rank mlp backward")) {
      long numel = shape.rows() * shape.width();
      new MlpBackward(
              shape,
              MlpWeights.inputs(address, shape, weights),
              address.input("x", x, numel),
              new Kept(
                  address.input("mean", kept.mean(), shape.rows()),
                  address.input("rstd", kept.rstd(), shape.rows()),
                  address.input("low1", kept.low1(), shape.rows() * shape.rank()),
                  address.input("low2", kept.low2(), shape.rows() * shape.rank())),
              address.input("dy", dy, numel),
              address.output("dx", dx, numel))
          .run(MlpWeights.outputs(address, shape, gradients));
    }
  }
}
