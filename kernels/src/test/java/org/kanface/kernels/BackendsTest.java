package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which kernel set `auto` takes, and what it says about those that it leaves.
class BackendsTest {
  /// @param convolutions what it needs for these
  private record Some(String name, Optional<String> missing, Optional<String> convolutions)
      implements Backend {
    static Some of(String name, String missing, String convolutions) {
      return new Some(
          name,
          Optional.of(missing).filter(m -> !m.isEmpty()),
          Optional.of(convolutions).filter(m -> !m.isEmpty()));
    }

    @Override
    public int preference() {
      return 0;
    }

    @Override
    public Optional<String> missingForAuto(boolean convolves) {
      return missing.or(() -> convolves ? convolutions : Optional.empty());
    }

    @Override
    public Optional<Kernels> kernels(DType type, int ordinal) {
      return Optional.empty();
    }
  }

  private static final Backend CPU = Some.of("cpu", "", "");

  private static String taken(Backend first, boolean convolves) {
    Backends.Choice choice = Backends.best(List.of(first, CPU), convolves);
    return choice.backend().name() + ": " + choice.reason();
  }

  @Test
  void autoTakesTheFirstThatCanDoTheWork() {
    assertThat(taken(Some.of("cuda", "", ""), true)).isEqualTo("cuda: the first choice");
    assertThat(taken(Some.of("cuda", "there is no GPU", ""), true))
        .isEqualTo("cpu: no cuda: there is no GPU");
    assertThat(taken(Some.of("cuda", "", "there is no cuDNN"), true))
        .isEqualTo("cpu: no cuda: there is no cuDNN");
    assertThat(taken(Some.of("cuda", "", "there is no cuDNN"), false))
        .isEqualTo("cuda: the first choice");
    assertThatThrownBy(() -> Backends.best(List.of(Some.of("cuda", "no GPU", "")), true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no backend can be used: no cuda: no GPU");
  }

  @Test
  void aGpuComesFirstAndTheSimulatedOneNever() {
    List<String> names = Backends.all().stream().map(Backend::name).toList();
    assertThat(names.getFirst()).isEqualTo("cuda");
    assertThat(names.indexOf("cuda-sim")).isGreaterThan(names.indexOf("reference"));
  }
}
