package org.kanface.tools.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.Spline;

class DeviceExampleTest {
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void aSimulatedGpuGivesTheCpusNumbers() {
    var spline = new Spline(4, 25, 3); // inputs, intervals, order
    var points = new float[256 * 4];
    for (int i = 0; i < points.length; i++) {
      points[i] = (float) Math.sin(i);
    }
    var grid = new float[4 * spline.knots()];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = -1 + 0.08f * (i % spline.knots() - spline.order());
    }
    assertThat(DeviceExample.difference(spline, points, grid)).isLessThan(1e-6);
  }

  /// What the README shows is what was compiled here.
  @Test
  void theReadmeShowsIt() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    String source =
        Files.readString(Path.of("src/test/java/org/kanface/tools/examples/DeviceExample.java"));
    String body = source.substring(source.indexOf("  static "), source.lastIndexOf("  }\n"));
    List<String> lines = body.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    assertThat(lines).hasSizeGreaterThan(20).allSatisfy(l -> assertThat(readme).contains(l));
  }
}
