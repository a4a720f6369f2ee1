package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command line: arguments, files, exit statuses and messages.
final class PtxSimTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void programs() throws IOException {
    for (String name : List.of("reductions", "dense", "control", "faulty")) {
      Files.writeString(folder.resolve(name + ".ptx"), Gpu0.text(name));
    }
  }

  private int run(String line) {
    var words = List.of(line.replace("@", folder + "/").split(" "));
    return PtxSim.run(
        words,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private void write(String name, int... values) throws IOException {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int v : values) {
      bytes.putInt(v);
    }
    Files.write(folder.resolve(name), bytes.array());
  }

  private int read(String name, int index) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name)))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt(4 * index);
  }

  @Test
  void runsAKernelOnFiles() throws IOException {
    write("x", 1, 2, 3, 4, 5);
    assertThat(run("run @reductions.ptx reduce_shuffle --grid 1 --block 32 in:@x out:@sum:4 i32:5"))
        .isZero();
    assertThat(read("sum", 0)).isEqualTo(15);
  }

  @Test
  void findsKernelsByTheirNameInTheSource() {
    assertThat(MangledName.plain("_ZN3foo3barEPii")).isEqualTo("bar");
    var names = List.of("_Z5scaleIfEvPT_S0_", "_ZN3foo3barEPii", "_Z3barv", "plain", "_ZL4coef");
    assertThat(MangledName.in(names, "scale")).isEqualTo("_Z5scaleIfEvPT_S0_");
    assertThat(MangledName.in(names, "coef")).isEqualTo("_ZL4coef");
    assertThat(MangledName.in(names, "plain")).isEqualTo("plain");
    assertThat(MangledName.in(names, "bar")).isEqualTo("bar");
  }

  @Test
  void printsNumbersAsCDoes() {
    long[] values = {
      Floats.bits(2.5),
      Floats.bits(0.125),
      Floats.bits(2.5),
      255,
      Floats.bits(1.5),
      7,
      Floats.bits(1e300 * 1e300)
    };
    var text = new StringBuilder();
    Printf.print(
        text,
        "%.0f|%.2f|%.0e|%#08x|%a|%-4d|%05f",
        (offset, _) -> values[(int) offset / 8],
        _ -> "");
    assertThat(text.toString()).isEqualTo("2|0.12|2e+00|0x0000ff|0x1.8p+0|7   |  inf");
  }

  @Test
  void writesBackInout() throws IOException {
    write("x", 3, 4);
    assertThat(run("run @control.ptx dispatch --grid 1 --block 2 inout:@x")).isZero();
    assertThat(read("x", 0)).isEqualTo(103);
    assertThat(read("x", 1)).isEqualTo(64);
  }

  @Test
  void fillsModuleVariables() throws IOException {
    var filter = new int[25];
    filter[12] = Float.floatToRawIntBits(2f);
    write("filter", filter);
    write("x", Float.floatToRawIntBits(1.5f));
    assertThat(
            run(
                "run @dense.ptx convolve --grid 1 --block 1 --global filter=in:@filter in:@x"
                    + " out:@y:4 i32:1 i32:1"))
        .isZero();
    assertThat(Float.intBitsToFloat(read("y", 0))).isEqualTo(3f);
  }

  @Test
  void aFaultIsOneSentence() {
    assertThat(run("run @faulty.ptx beyond --grid 1 --block 64 zeros:200 i32:50")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .hasLineCount(1)
        .startsWith("ptxsim: faulty.cu:4 (PTX line ")
        .contains("byte 200 of 'argument 1', which has 200 bytes");
  }

  @Test
  void aFindingHasStatusThree() {
    assertThat(run("check @faulty.ptx race --grid 1 --block 64 zeros:256")).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("ptxsim: race: faulty.cu:");
    assertThat(run("check @faulty.ptx clean --grid 1 --block 64 zeros:256")).isZero();
  }

  @Test
  void profiles() throws IOException {
    assertThat(
            run(
                "profile @faulty.ptx strided --grid 1 --block 32 --gpu h100 --json @p.json"
                    + " zeros:4096 zeros:128 i32:32"))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("kernel strided, grid 1,1,1, block 32,1,1", "roofline", "h100", "occupancy");
    // 32 sectors for the strided read, 4 for the write; 32 passes for the strided store, 1 to read.
    assertThat(Files.readString(folder.resolve("p.json")))
        .contains("\"global_sectors\": 36", "\"shared_passes\": 33", "\"bank_conflicts\": 31");
  }

  @Test
  void mistakesOfTheUserHaveStatusTwo() {
    assertThat(run("run @faulty.ptx clean --grid 1 zeros:256")).isEqualTo(2);
    assertThat(run("run @faulty.ptx clean --grid 1 --block 64")).isEqualTo(2);
    assertThat(run("run @faulty.ptx clean --grid 1 --block 64 i32:3")).isEqualTo(2);
    assertThat(run("run @faulty.ptx nothing --grid 1 --block 64 i32:3")).isEqualTo(2);
    assertThat(run("run @missing.ptx clean --grid 1 --block 64 i32:3")).isEqualTo(2);
    assertThat(run("run @faulty.ptx clean --grid 0 --block 64 i32:3")).isEqualTo(2);
    assertThat(run("run @faulty.ptx clean --grid 1 --block 2000 zeros:256")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(
            "--block is missing",
            "'clean' has 1 parameters ([8] bytes), got 0 arguments",
            "there is no kernel 'nothing'",
            "missing.ptx' does not exist")
        .doesNotContain("Exception");
  }

  @Test
  void unsupportedPtxIsRefusedWithItsLine() throws IOException {
    Files.writeString(
        folder.resolve("odd.ptx"),
        """
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry k()
        {
          .reg .b32 %r<2>;
          frobnicate.b32 %r0, %r1;
          ret;
        }
        """);
    assertThat(run("run @odd.ptx k --grid 1 --block 1")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("ptxsim: PTX line 7: the instruction 'frobnicate.b32' is not supported.\n");
  }

  @Test
  void listsKernels() {
    assertThat(run("list @reductions.ptx")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("histogram  parameters of [8, 8, 4] bytes, 1024 bytes of shared memory");
  }
}
