package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.DType;

class WinogradUseTest {
  private final String before = System.getProperty("kanface.winograd");

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty("kanface.winograd");
    } else {
      System.setProperty("kanface.winograd", before);
    }
  }

  @Test
  void knowsItsWords() {
    System.clearProperty("kanface.winograd");
    assertThat(WinogradUse.chosen()).isEqualTo(WinogradUse.SAFE);
    System.setProperty("kanface.winograd", "never");
    assertThat(WinogradUse.chosen()).isEqualTo(WinogradUse.NEVER);
  }

  @Test
  void anotherWordIsRefusedBeforeAnythingIsComputed() {
    System.setProperty("kanface.winograd", "sometimes");

    assertThatThrownBy(() -> new CpuBackend().kernels(DType.F32, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "system property kanface.winograd: expected safe, always or never, got \"sometimes\"");
  }
}
