package org.kanface.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class SyntheticVerificationTest {
  @Test
  void halfThePairsAreTheSameIdentityInEveryFold() {
    var faces = new SyntheticFaces(1, 1, 32);
    try (var set = SyntheticVerification.of(faces, 1000, 600)) {
      assertThat(set.pairs()).hasSize(600);
      int[] same = new int[10];
      var images = new HashSet<Integer>();
      for (var p : set.pairs()) {
        assertThat(p.a() / 4 == p.b() / 4).isEqualTo(p.same());
        assertThat(images.add(p.a())).isTrue();
        assertThat(images.add(p.b())).isTrue();
        same[p.fold()] += p.same() ? 1 : 0;
      }
      assertThat(same).containsOnly(30);
      assertThat(set.images().image(0)).isEqualTo(faces.render(1000, 0));
      assertThat(set.images().name(5)).isEqualTo("synthetic/001001/0001");
    }
  }

  @Test
  void tooFewPairsAreRefused() {
    assertThatThrownBy(() -> SyntheticVerification.of(new SyntheticFaces(1), 0, 10))
        .hasMessageContaining("at least 20");
  }
}
