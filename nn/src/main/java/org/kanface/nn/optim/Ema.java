package org.kanface.nn.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Tensor;

/// An exponential moving average of trained parameters, `s = decay s + (1 - decay) p`, to evaluate
/// with.
public final class Ema implements AutoCloseable {
  private record Pair(Tensor parameter, Tensor shadow) {}

  private final double decay;
  private final SequencedMap<String, Pair> pairs = new LinkedHashMap<>();

  /// Starts from the parameters' present values; buffers are left out.
  public Ema(Map<String, Parameter> state, double decay) {
    this.decay = decay;
    state.forEach(
        (key, p) -> {
          if (p.isTrained()) {
            Tensor value = p.var().value();
            pairs.put(key, new Pair(value, value.copy()));
          }
        });
  }

  /// Takes in the parameters after an update.
  public void update() {
    for (Pair p : pairs.values()) {
      var kernels = p.shadow.kernels().optimizer();
      kernels.ema(p.shadow.numel(), decay, p.parameter.memory(), p.shadow.memory());
    }
  }

  /// The averages by parameter name, for saving and loading.
  public SequencedMap<String, Tensor> tensors() {
    var out = new LinkedHashMap<String, Tensor>();
    pairs.forEach((key, p) -> out.put(key, p.shadow));
    return out;
  }

  /// Exchanges parameters and averages; call it again to return.
  public void swap() {
    for (Pair p : pairs.values()) {
      try (Tensor held = p.parameter.copy()) {
        p.parameter.copyFrom(p.shadow);
        p.shadow.copyFrom(held);
      }
    }
  }

  @Override
  public void close() {
    pairs.values().forEach(p -> p.shadow.close());
  }
}
