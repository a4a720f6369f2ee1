package org.kanface.autograd;

import java.util.List;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;

/// The table of ops, forward and backward, on a device against the reference in float64.
public final class OpParity {
  private OpParity() {}

  /// Names of the cases, the large ones too where they are wanted.
  public static List<String> names(boolean large) {
    return OpCase.all().filter(c -> large || !c.large()).map(OpCase::name).toList();
  }

  /// Throws [AssertionError] where a number is too far from the reference's.
  public static void check(String name, Device device) {
    OpCase c = OpCase.all().filter(o -> o.name().equals(name)).findFirst().orElseThrow();
    Outcome truth = Outcome.of(c, Device.reference(), DType.F64);
    Outcome.of(c, device, DType.F32).assertNear(truth, c.length());
  }
}
