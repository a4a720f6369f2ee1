package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.LowRankMlp;

/// The parts' sums of the parameters' gradients, one part after the other.
///
/// @param partBytes bytes of a part, a multiple of every vector
record MlpSums(LowRankMlp shape, long address, long partBytes) {
  /// Room for `parts` parts, held by the calling thread.
  static MlpSums of(LowRankMlp shape, long parts) {
    long bytes = new Part(shape, 0).end();
    return new MlpSums(shape, Scratch.PARTIALS.address(parts * bytes), bytes);
  }

  Part part(long p) {
    return new Part(shape, address + p * partBytes);
  }

  /// Where one part's sums lie: `down1 [rank, width]`, `down2 [rank, hidden]`, the others
  /// transposed: `up1 [rank, hidden]`, `up2 [rank, width]`; rows are padded to whole vectors.
  record Part(LowRankMlp shape, long normWeight) {
    private long width() {
      return MlpBlock.bytes(shape.width());
    }

    long normBias() {
      return normWeight + width();
    }

    long bias2() {
      return normBias() + width();
    }

    long bias1() {
      return bias2() + width();
    }

    long down1() {
      return bias1() + MlpBlock.bytes(shape.hidden());
    }

    long up2() {
      return down1() + MlpBlock.bytes(shape.rank() * shape.width());
    }

    long down2() {
      return up2() + MlpBlock.bytes(shape.rank() * shape.width());
    }

    long up1() {
      return down2() + MlpBlock.bytes(shape.rank() * shape.hidden());
    }

    long end() {
      return up1() + MlpBlock.bytes(shape.rank() * shape.hidden());
    }

    void clear() {
      Address.SPACE.asSlice(normWeight, end() - normWeight).fill((byte) 0);
    }
  }

  /// Adds the parts and hands out the gradients.
  void finish(long parts, MlpWeights w, MlpWeights gradients) {
    Chunks.elements(partBytes / Float.BYTES, (from, to) -> add(parts, from * 4, to * 4));
    var sum = part(0);
    long width = shape.width();
    long hidden = shape.hidden();
    long rank = shape.rank();
    Lanes.copy(sum.normWeight, gradients.normWeight(), width);
    Lanes.copy(sum.normBias(), gradients.normBias(), width);
    Lanes.copy(sum.bias1(), gradients.bias1(), hidden);
    Lanes.copy(sum.down1(), gradients.down1(), rank * width);
    Lanes.copy(sum.down2(), gradients.down2(), rank * hidden);
    GemmTranspose.run((int) rank, (int) hidden, sum.up1(), hidden * 4, gradients.up1(), rank * 4);
    for (long i = 0; i < width; i++) {
      output(i, sum, w, gradients);
    }
  }

  /// Row `i` of `dup2`, element `i` of `dbias2` and of `dscale`.
  private void output(long i, Part sum, MlpWeights w, MlpWeights gradients) {
    long at = i * Float.BYTES;
    float scale = w.scale() == 0 ? 1 : Lanes.get(w.scale() + at);
    float bias = Lanes.get(sum.bias2() + at);
    double dscale = (double) bias * Lanes.get(w.bias2() + at);
    for (long k = 0; k < shape.rank(); k++) {
      float product = Lanes.get(sum.up2() + (k * shape.width() + i) * Float.BYTES);
      long weight = (i * shape.rank() + k) * Float.BYTES;
      dscale += (double) product * Lanes.get(w.up2() + weight);
      Lanes.set(gradients.up2() + weight, scale * product);
    }
    Lanes.set(gradients.bias2() + at, scale * bias);
    if (gradients.scale() != 0) {
      Lanes.set(gradients.scale() + at, (float) dscale);
    }
  }

  /// Adds the bytes `from … to` of all parts to the first.
  private void add(long parts, long from, long to) {
    for (long at = from; at < to; at += Lanes.BYTES) {
      FloatVector sum = Lanes.load(address + at);
      for (long p = 1; p < parts; p++) {
        sum = sum.add(Lanes.load(address + p * partBytes + at));
      }
      sum.intoMemorySegment(Address.SPACE, address + at, Simd.ORDER);
    }
  }
}
