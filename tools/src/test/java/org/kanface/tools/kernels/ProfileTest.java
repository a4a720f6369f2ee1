package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every kernel does on one launch of fixed size, held to the committed table: instructions of
/// warps, sectors of 32 bytes a request to global memory (4 is 32 lanes side by side, 16 their
/// 16-byte loads), sectors in all against the distinct ones, bank conflicts, and the percentage of
/// an H100's roofline that all these allow. A number that grows by more than 2 %, or the last one
/// where it falls by as much, fails; `-Dkanface.budgets=write` writes the table anew.
final class ProfileTest {
  private static final Path TABLE = Path.of("src/test/resources/cuda/profile.txt");
  private static final Path SOURCES = Path.of("../kernels/src/main/cuda");
  private static final double SLACK = 1.02;

  private final TreeMap<String, double[]> actual = new TreeMap<>();

  @Test
  void everyKernelStaysInItsBudget() throws IOException {
    new ElementProfiles(actual).launch();
    new NormProfiles(actual).launch();
    new LossProfiles(actual).launch();
    new SplineProfiles(actual).launch();
    new ConvProfiles(actual).launch();
    if ("write".equals(System.getProperty("kanface.budgets"))) {
      write();
      return;
    }
    TreeMap<String, double[]> granted = read();
    var worse = new ArrayList<String>();
    actual.forEach(
        (kernel, now) -> {
          double[] most = granted.get(kernel);
          for (int i = 0; i < now.length; i++) {
            boolean isShare = i == now.length - 1; // more is better
            if (most == null || (isShare ? now[i] * SLACK < most[i] : now[i] > most[i] * SLACK)) {
              worse.add(kernel + ": granted " + text(most) + ", takes " + text(now));
              break;
            }
          }
        });
    assertThat(worse).isEmpty();
    assertThat(granted.keySet()).isEqualTo(actual.keySet());
    assertThat(actual.keySet()).isEqualTo(everyKernel());
  }

  private static TreeSet<String> everyKernel() throws IOException {
    List<String> families;
    try (Stream<Path> files = Files.list(SOURCES)) {
      families = files.map(f -> f.getFileName().toString().replace(".cu", "")).toList();
    }
    try (var b = new Workbench(families, 0)) {
      return new TreeSet<>(b.kernels());
    }
  }

  private static String text(double[] row) {
    return row == null
        ? "nothing"
        : String.format(
            Locale.ROOT, "%.0f %.2f %.2f %.0f %.1f", row[0], row[1], row[2], row[3], row[4]);
  }

  private static TreeMap<String, double[]> read() throws IOException {
    var rows = new TreeMap<String, double[]>();
    for (String line : Files.readAllLines(TABLE)) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ");
        var numbers = new double[words.length - 1];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = Double.parseDouble(words[i + 1]);
        }
        rows.put(words[0], numbers);
      }
    }
    return rows;
  }

  private void write() throws IOException {
    var text =
        new StringBuilder(
            "# kernel warp-instructions sectors-a-request sectors-per-distinct-sector"
                + " bank-conflicts percent-of-the-roofline\n");
    actual.forEach((kernel, row) -> text.append(kernel).append(' ').append(text(row)).append('\n'));
    Files.writeString(TABLE, text);
  }
}
