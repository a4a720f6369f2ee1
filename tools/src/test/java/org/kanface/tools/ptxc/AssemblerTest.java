package org.kanface.tools.ptxc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// NVIDIA's own assembler takes every committed PTX, and no kernel needs more than the committed
/// table grants: registers, static shared memory and stack, never a spill.
///
/// `-Dkanface.budgets=write` writes the table anew.
final class AssemblerTest {
  private static final Path TABLE = Path.of("src/test/resources/cuda/ptxas.txt");
  private static final List<String> AMPERE_ON = List.of("sm_80", "sm_86", "sm_90");

  @Test
  void everyKernelStaysInItsBudget() throws IOException {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "the assembler is there for Linux on x86-64 alone");
    Assembler.load();
    var actual = new TreeMap<String, String>();
    var worse = new ArrayList<String>();
    TreeMap<String, int[]> budgets = read();
    for (Assembler.Row row : assembleAll()) {
      int[] now = {row.registers(), row.shared(), row.stack()};
      String key = row.kernel() + " " + row.gpu();
      actual.put(key, "%d %d %d".formatted(now[0], now[1], now[2]));
      int[] granted = budgets.get(key);
      if (row.spills() > 0) {
        worse.add("%s spills %d bytes".formatted(key, row.spills()));
      } else if (granted == null) {
        worse.add("%s is not in the table; it takes %s".formatted(key, actual.get(key)));
      } else if (now[0] > granted[0] || now[1] > granted[1] || now[2] > granted[2]) {
        worse.add(
            "%s: registers, shared, stack: granted %d %d %d, takes %s"
                .formatted(key, granted[0], granted[1], granted[2], actual.get(key)));
      }
    }
    if ("write".equals(System.getProperty("kanface.budgets"))) {
      write(actual);
      assertThat(worse).noneMatch(w -> w.contains("spills"));
    } else {
      assertThat(worse).isEmpty();
      assertThat(actual.keySet()).isEqualTo(budgets.keySet());
    }
  }

  private static List<Assembler.Row> assembleAll() throws IOException {
    var sources = new Sources(Path.of(".."));
    var rows = new ArrayList<Assembler.Row>();
    for (String family : sources.families()) {
      for (Target target : Target.values()) {
        String ptx = Files.readString(sources.ptx(family, target));
        for (String gpu : target == Target.COMPUTE_75 ? List.of("sm_75") : AMPERE_ON) {
          rows.addAll(Assembler.assemble(ptx, gpu));
        }
      }
    }
    return rows;
  }

  private static TreeMap<String, int[]> read() throws IOException {
    var budgets = new TreeMap<String, int[]>();
    for (String line : Files.exists(TABLE) ? Files.readAllLines(TABLE) : List.<String>of()) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ");
        int[] granted = {
          Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4])
        };
        budgets.put(words[0] + " " + words[1], granted);
      }
    }
    return budgets;
  }

  private static void write(TreeMap<String, String> rows) throws IOException {
    var text = new StringBuilder("# kernel gpu registers shared-bytes stack-bytes; spills: 0\n");
    rows.forEach((key, numbers) -> text.append(key).append(' ').append(numbers).append('\n'));
    Files.createDirectories(TABLE.getParent());
    Files.writeString(TABLE, text);
  }
}
