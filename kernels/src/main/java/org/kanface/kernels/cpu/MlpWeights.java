package org.kanface.kernels.cpu;

import org.kanface.kernels.LowRankMlp;

/// [LowRankMlp.Weights] as native addresses; `scale` is 0 where absent.
record MlpWeights(
    long normWeight,
    long normBias,
    long down1,
    long up1,
    long bias1,
    long down2,
    long up2,
    long bias2,
    long scale) {

  static MlpWeights inputs(Address address, LowRankMlp s, LowRankMlp.Weights w) {
    return new MlpWeights(
        address.input("normWeight", w.normWeight(), s.width()),
        address.input("normBias", w.normBias(), s.width()),
        address.input("down1", w.down1(), s.rank() * s.width()),
        address.input("up1", w.up1(), s.hidden() * s.rank()),
        address.input("bias1", w.bias1(), s.hidden()),
        address.input("down2", w.down2(), s.rank() * s.hidden()),
        address.input("up2", w.up2(), s.width() * s.rank()),
        address.input("bias2", w.bias2(), s.width()),
        address.input("scale", w.scale(), s.width()));
  }

  static MlpWeights outputs(Address address, LowRankMlp s, LowRankMlp.Weights w) {
    return new MlpWeights(
        address.output("dnormWeight", w.normWeight(), s.width()),
        address.output("dnormBias", w.normBias(), s.width()),
        address.output("ddown1", w.down1(), s.rank() * s.width()),
        address.output("dup1", w.up1(), s.hidden() * s.rank()),
        address.output("dbias1", w.bias1(), s.hidden()),
        address.output("ddown2", w.down2(), s.rank() * s.hidden()),
        address.output("dup2", w.up2(), s.width() * s.rank()),
        address.output("dbias2", w.bias2(), s.width()),
        w.scale() == null ? 0 : address.output("dscale", w.scale(), s.width()));
  }
}
