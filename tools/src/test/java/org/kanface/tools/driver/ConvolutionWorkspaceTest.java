package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.Backends;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.kernels.cases.KernelCases;

/// Convolutions whose workspace is bounded: their batch goes in parts, down to one image, and where
/// even that wants more, another way.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ConvolutionWorkspaceTest {
  private static final String LIMIT = "kanface.cudnn.workspace";
  private static final int SHIFT = 3; // elements away from an aligned address

  private static final Conv2d[] SHAPES = {
    Conv2d.of(5, 10, 11, 64, 66, 3, 1, 1, 1), // through spectra
    Conv2d.of(3, 9, 28, 65, 64, 3, 1, 0, 1), // of tiles
    Conv2d.of(5, 8, 7, 6, 10, 3, 2, 1, 1)
  };

  @AfterEach
  void forget() {
    System.clearProperty(LIMIT);
  }

  /// From nothing, where the limit gives way, over one, two and three images to the whole batch.
  @ParameterizedTest
  @ValueSource(longs = {1, 12_000, 5_500_000, 10_100_000, 37_400_000, 1 << 30})
  void agreesWithReferenceWithinAnyLimit(long bytes) {
    System.setProperty(LIMIT, Long.toString(bytes));
    Kernels kernels = Backends.kernels("cuda-sim", DType.F32);
    Kernels reference = Backends.kernels("reference", DType.F32);
    var failures = new ArrayList<String>();
    for (Conv2d s : SHAPES) {
      KernelCases.of(s).forEach(c -> check(c, kernels, reference, failures));
    }
    assertThat(failures).isEmpty();
  }

  private static void check(
      KernelCase c, Kernels kernels, Kernels reference, ArrayList<String> failures) {
    try (var arena = Arena.ofShared()) {
      c.run(kernels, SHIFT, arena).requireCloseTo(c.run(reference, SHIFT, arena));
    } catch (AssertionError | RuntimeException e) {
      failures.add(e instanceof AssertionError ? String.valueOf(e.getMessage()) : c + ": " + e);
    }
  }
}
