package org.kanface.gpucheck;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kanface.simulated.TinyTraining;

/// How far a step's gradients in float32 are from those in float64, tensor by tensor.
///
/// What float32 can reach differs widely. A bias that a batch norm follows has no gradient but
/// rounding; behind a batch norm of two images terms cancel almost wholly, and everything before it
/// inherits their rounding: half of IResNet-18's gradients are then 3·10⁻³ of their largest element
/// off on the CPU itself, with four images 2·10⁻⁶, half of KANFace's 10⁻⁶. So an error is held to
/// that of the CPU's float32, from the same weights on the same images. Between vectors of 128, 256
/// and 512 bits that differs by up to 1.3 times, and a thousandfold where one of them carries an
/// activation across its kink.
final class GradientErrors {
  private static final double TIMES = 4; // the CPU's: another order of sums rounds otherwise
  private static final double TOLERANCE = 1e-3; // of a tensor's largest, or of 1e-3: always granted

  /// @param top the largest element of the truth
  /// @param error the largest difference from it
  private record Tensor(double top, double error) {}

  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();

  /// Of the gradients that both have just computed.
  static GradientErrors of(TinyTraining truth, TinyTraining found) {
    var errors = new GradientErrors();
    truth
        .state()
        .forEach(
            (key, p) -> {
              if (p.isTrained()) {
                double[] want = p.var().grad().toDoubles();
                float[] got = found.state().get(key).var().grad().toFloats();
                errors.tensors.put(key, tensor(want, got));
              }
            });
    return errors;
  }

  private static Tensor tensor(double[] want, float[] got) {
    double top = 0;
    double error = 0;
    for (int i = 0; i < want.length; i++) {
      top = Math.max(top, Math.abs(want[i]));
      double difference = Math.abs(want[i] - got[i]);
      error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
    }
    return new Tensor(top, error);
  }

  /// The median of tensors' errors, each relative to its largest element.
  double typical() {
    double[] relative =
        tensors.values().stream().mapToDouble(t -> t.error / t.top).sorted().toArray();
    return relative[relative.length / 2];
  }

  /// The tensors whose error is more than [#TIMES] the larger of what the CPU's is there and of
  /// what it typically is, which chance may make smaller; and by how much.
  SortedMap<String, String> apart(GradientErrors cpu) {
    double typical = cpu.typical();
    var apart = new TreeMap<String, String>();
    tensors.forEach(
        (key, found) -> {
          Tensor noise = cpu.tensors.get(key);
          double granted =
              Math.max(
                  TOLERANCE * Math.max(found.top, 1e-3),
                  TIMES * Math.max(noise.error, typical * found.top));
          if (found.error > granted) {
            apart.put(
                key,
                String.format(
                    Locale.ROOT,
                    "that of %s: off by %.3g from float64, the CPU's by %.3g; granted %.3g"
                        + " (largest element %.3g, typical error on the CPU %.2g of it)",
                    key,
                    found.error,
                    noise.error,
                    granted,
                    found.top,
                    typical));
          }
        });
    return apart;
  }
}
