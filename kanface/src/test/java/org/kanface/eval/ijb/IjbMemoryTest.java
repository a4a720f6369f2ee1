package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.SampleRandom;

/// Pairs are read, compared and turned into a curve within [Ijb#memory] and a heap of 24 MiB for
/// the JVM itself. With `-Dkanface.ijb.pairs=8010270 -Dkanface.ijb.templates=12115
/// -Dkanface.ijb.dim=512` it is the size of IJB-B.
class IjbMemoryTest {
  private static final int PAIRS = Integer.getInteger("kanface.ijb.pairs", 300_000);
  private static final int TEMPLATES = Integer.getInteger("kanface.ijb.templates", 1000);
  private static final int DIM = Integer.getInteger("kanface.ijb.dim", 64);

  @TempDir Path meta;

  @Test
  void staysWithinTheFormula() throws Exception {
    try (BufferedWriter out =
        Files.newBufferedWriter(meta.resolve("ijbb_template_pair_label.txt"))) {
      var random = new SampleRandom(4);
      var line = new StringBuilder();
      for (int p = 0; p < PAIRS; p++) { // each pair once
        line.setLength(0);
        int first = p % TEMPLATES;
        line.append(first).append(' ').append((first + 1 + p / TEMPLATES) % TEMPLATES);
        out.append(line).append(random.chance(0.002f) ? " 1\n" : " 0\n");
      }
    }
    long heap = Ijb.memory(0, TEMPLATES, PAIRS, DIM) + (24 << 20);
    Process child =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx" + (heap >> 10) + "k",
                "-Xmn8m", // large arrays go to the old generation, which is the rest
                "-XX:+UseSerialGC",
                "-Dkanface.threads=2",
                "-Dkanface.ijb.templates=" + TEMPLATES,
                "-Dkanface.ijb.dim=" + DIM,
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                IjbMemoryTest.class.getName(),
                meta.toString())
            .redirectErrorStream(true)
            .start();
    String told = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(child.exitValue()).as(told).isZero();
    assertThat(told).contains("pairs " + PAIRS);
    System.out.printf("heap %d MB: %s%n", heap / 1_000_000, told.lines().toList().getLast());
  }

  /// The child: templates of random features, then everything that follows from them.
  public static void main(String[] args) {
    long start = System.nanoTime();
    PairList pairs = PairList.read(Path.of(args[0]), IjbTarget.IJBB);
    int[] ids = new int[TEMPLATES];
    double[][] rows = new double[ids.length][DIM];
    var random = new SampleRandom(5);
    for (int t = 0; t < ids.length; t++) {
      ids[t] = t;
      for (int i = 0; i < DIM; i++) {
        rows[t][i] = random.uniform(-1, 1) / Math.sqrt(DIM / 3.0);
      }
    }
    double[] scores = PairScores.of(new Templates(ids, rows), pairs, _ -> {});
    TarCurve curve = TarCurve.of("x", scores, pairs.same());
    System.out.printf(
        "pairs %d, points %d, AUC %.4f, %.1f s%n",
        curve.pairs(), curve.roc().fpr().length, curve.auc(), (System.nanoTime() - start) / 1e9);
  }
}
