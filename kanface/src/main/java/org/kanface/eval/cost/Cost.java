package org.kanface.eval.cost;

/// What one image costs in a part of a network, and how many parameters the part has.
///
/// Multiplications are multiply-add pairs; the bias of a layer is counted apart, once an output
/// value.
///
/// @param convMacs multiply-adds of convolutions
/// @param convBias bias additions of convolutions
/// @param linearMacs multiply-adds of linear layers
/// @param linearBias bias additions of linear layers
/// @param gelu values that pass a GELU
/// @param attentionMacs multiply-adds of the attention's matrix products
/// @param softmax values that pass a softmax
/// @param norm values of the final LayerNorm; of networks with batch norm 2 a normalised value, 1 a
///     rectified and 1 a pooled one, where their published counts have it
/// @param convParams weights and biases of convolutions
/// @param linearParams weights and biases of linear layers
/// @param otherParams norms, layer scales, attention temperatures, slopes
/// @param activations values that the backward pass reads, an estimate
public record Cost(
    long convMacs,
    long convBias,
    long linearMacs,
    long linearBias,
    long gelu,
    long attentionMacs,
    long softmax,
    long norm,
    long convParams,
    long linearParams,
    long otherParams,
    long activations) {
  static final Cost NONE = new Cost(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /// A `k`×`k` convolution of `out` channels, each reading `in` channels, onto `positions`
  /// positions.
  static Cost conv(long k, long in, long out, long positions) {
    return new Cost(
        k * k * in * out * positions,
        out * positions,
        0,
        0,
        0,
        0,
        0,
        0,
        k * k * in * out + out,
        0,
        0,
        out * positions);
  }

  /// The same without a bias.
  static Cost bareConv(long k, long in, long out, long positions) {
    long weights = k * k * in * out;
    return new Cost(weights * positions, 0, 0, 0, 0, 0, 0, 0, weights, 0, 0, out * positions);
  }

  /// Batch norm of `c` channels: two parameters each.
  static Cost batchNorm(long c, long positions) {
    return new Cost(0, 0, 0, 0, 0, 0, 0, 2 * c * positions, 0, 0, 2 * c, c * positions);
  }

  /// A rectifier with a learnt slope a channel, behind a batch norm and in one pass with it.
  static Cost prelu(long c, long positions) {
    return new Cost(0, 0, 0, 0, 0, 0, 0, c * positions, 0, 0, c, 0);
  }

  /// A clamp such as ReLU6. A plain ReLU behind a batch norm costs nothing.
  static Cost clamp(long values) {
    return new Cost(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, values);
  }

  /// A mean or maximum over `values` values.
  static Cost pool(long values) {
    return new Cost(0, 0, 0, 0, 0, 0, 0, values, 0, 0, 0, 0);
  }

  /// A linear layer with bias on each of `tokens` vectors.
  static Cost linear(long in, long out, long tokens) {
    return new Cost(
        0, 0, in * out * tokens, out * tokens, 0, 0, 0, 0, 0, in * out + out, 0, out * tokens);
  }

  /// A pair of linear layers in → rank → out, the first without bias.
  static Cost lowRank(long in, long rank, long out, long tokens) {
    return new Cost(
        0,
        0,
        rank * (in + out) * tokens,
        out * tokens,
        0,
        0,
        0,
        0,
        0,
        rank * (in + out) + out,
        0,
        (rank + out) * tokens);
  }

  /// A GELU over `values` values.
  static Cost gelu(long values) {
    return new Cost(0, 0, 0, 0, values, 0, 0, 0, 0, 0, 0, values);
  }

  /// Attention over channels: `heads` products of `d/heads` square each way over `tokens`.
  static Cost channelAttention(long d, long heads, long tokens) {
    long square = d * (d / heads);
    return new Cost(
        0, 0, 0, 0, 0, 2 * square * tokens, square, 0, 0, 0, heads, 3 * d * tokens + 2 * square);
  }

  /// `params` of a kind that costs next to nothing, keeping `activations` values.
  static Cost params(long params, long activations) {
    return new Cost(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, params, activations);
  }

  /// The LayerNorm over the pooled vector of `d` values.
  static Cost finalNorm(long d) {
    return new Cost(0, 0, 0, 0, 0, 0, 0, d, 0, 0, 2 * d, d);
  }

  /// The same where the backward pass reads `values` values in all.
  Cost keeping(long values) {
    return new Cost(
        convMacs,
        convBias,
        linearMacs,
        linearBias,
        gelu,
        attentionMacs,
        softmax,
        norm,
        convParams,
        linearParams,
        otherParams,
        values);
  }

  /// Component-wise sum.
  Cost plus(Cost o) {
    return new Cost(
        convMacs + o.convMacs,
        convBias + o.convBias,
        linearMacs + o.linearMacs,
        linearBias + o.linearBias,
        gelu + o.gelu,
        attentionMacs + o.attentionMacs,
        softmax + o.softmax,
        norm + o.norm,
        convParams + o.convParams,
        linearParams + o.linearParams,
        otherParams + o.otherParams,
        activations + o.activations);
  }

  /// Trainable parameters.
  public long params() {
    return convParams + linearParams + otherParams;
  }

  /// Multiply-adds of convolutions and linear layers alone.
  public long macs() {
    return convMacs + linearMacs;
  }

  /// Operations by the conventions of ptflops ≥ 0.7.2, twice its multiply-adds: a bias counts as
  /// one multiply-add an output, a GELU as two a value and that twice over, the final LayerNorm as
  /// one; attention products, other norms and residuals are not counted.
  public long referenceFlops() {
    return 2 * (convMacs + convBias + linearMacs + linearBias + 2 * gelu + norm);
  }

  /// Operations by the counter behind the iResNets' published sizes: one a multiply-add, with the
  /// linear layers' biases and [#norm].
  public long counterFlops() {
    return convMacs + convBias + linearMacs + linearBias + norm;
  }

  /// Operations by the counter behind EdgeFace's published sizes: two a multiply-add, attention
  /// included, and one a bias addition of a convolution.
  public long edgeFaceFlops() {
    return 2 * (convMacs + linearMacs + attentionMacs) + convBias;
  }

  /// Operations as arithmetic: two a multiply-add (attention included), one a bias addition;
  /// activations and norms are not counted.
  public long actualFlops() {
    return 2 * (convMacs + linearMacs + attentionMacs) + convBias + linearBias;
  }
}
