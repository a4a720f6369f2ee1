package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.kanface.tools.ptx.ir.Instruction;

/// A launch in numbers, with an estimate for a GPU: text for people, JSON for programs.
///
/// The roofline divides the floating-point operations by the peak and the distinct bytes of global
/// memory by the bandwidth: what caches would at best leave. Both are bounds, not predictions.
final class Profile {
  private static final int LONGEST = 12;

  private final LaunchReport report;
  private static final double ISSUED = 4; // instructions of warps, by a multiprocessor a cycle
  private static final double CACHE_BYTES = 64; // from L2, to a multiprocessor a cycle
  private static final double SECTOR = 32; // bytes

  private final Gpu gpu;
  private final Profiler profiler;
  private final Map<String, Long> mix = new TreeMap<>();
  private long singles;
  private long doubles;
  private long branches;
  private long splits;

  /// One memory instruction.
  private record Line(Instruction at, Profiler.Row row) {}

  Profile(LaunchReport report, Gpu gpu) {
    this.report = report;
    this.gpu = gpu;
    profiler = report.profiler() == null ? new Profiler(report.launch()) : report.profiler();
    count();
  }

  private void count() {
    for (Code code : report.counters().codes()) {
      long[] executions = report.counters().executions(code);
      long[] lanes = report.counters().lanes(code);
      for (int n = 0; n < code.ops.length; n++) {
        Op op = code.ops[n];
        if (!op.counted || executions[n] == 0) {
          continue;
        }
        Instruction i = op.source();
        mix.merge(i.opcode(), executions[n], Long::sum);
        if (op instanceof Branch && op.guard >= 0) {
          branches += executions[n];
          splits += profiler.splits(op);
        }
        flops(i, lanes[n]);
      }
    }
  }

  private void flops(Instruction i, long lanes) {
    long each =
        switch (i.opcode()) {
          case "fma", "mad" -> 2;
          case "add",
              "sub",
              "mul",
              "div",
              "sqrt",
              "rcp",
              "rsqrt",
              "ex2",
              "lg2",
              "sin",
              "cos",
              "tanh" ->
              1;
          default -> 0;
        };
    List<String> words = i.modifiers();
    if (words.contains("f64")) {
      doubles += each * lanes;
    } else if (words.contains("f32") || words.contains("f16") || words.contains("bf16")) {
      singles += each * lanes;
    } else if (words.contains("f16x2") || words.contains("bf16x2") || words.contains("f32x2")) {
      singles += 2 * each * lanes;
    }
  }

  private List<Line> lines() {
    var lines = new ArrayList<Line>();
    profiler.rows().forEach((op, row) -> lines.add(new Line(op.source(), row)));
    lines.sort(Comparator.comparingInt(l -> l.at.line()));
    return lines;
  }

  private long sum(String space, java.util.function.ToLongFunction<Profiler.Row> f) {
    return profiler.rows().values().stream().filter(r -> r.space.equals(space)).mapToLong(f).sum();
  }

  private double computeSeconds() {
    return singles / (gpu.singleTflops() * 1e12) + doubles / (gpu.doubleTflops() * 1e12);
  }

  private double memorySeconds() {
    return profiler.touchedBytes() / (gpu.bandwidth() * 1e9);
  }

  /// The share of the roofline's speed that these instructions and accesses allow, if all
  /// multiprocessors are busy and nothing waits: each issues 4 instructions of warps a cycle, takes
  /// 64 bytes from the L2 cache and passes once over its shared memory.
  double rooflineShare() {
    double floor = Math.max(computeSeconds(), memorySeconds());
    double issue = report.warpInstructions() / (ISSUED * gpu.cycles());
    double cache = SECTOR * report.globalSectors() / (CACHE_BYTES * gpu.cycles());
    double shared = sum("shared", r -> r.passes) / gpu.cycles();
    double slowest = Math.max(floor, Math.max(issue, Math.max(cache, shared)));
    return slowest == 0 ? 1 : floor / slowest;
  }

  private double efficiency() {
    return 100.0 * report.threadInstructions() / Math.max(1, report.warpInstructions() * 32);
  }

  private int residentBlocks() {
    return gpu.residentBlocks(report.launch().block.count(), report.launch().sharedBytes);
  }

  private double occupancy() {
    long warps = (report.launch().block.count() + 31) / 32 * residentBlocks();
    return 100.0 * warps / (gpu.threads() / 32.0);
  }

  private static double ratio(long a, long b) {
    return b == 0 ? 0 : (double) a / b;
  }

  String text() {
    var out = new StringBuilder();
    Launch launch = report.launch();
    line(out, "kernel %s, grid %s, block %s", launch.kernel.name(), launch.grid, launch.block);
    line(
        out,
        "instructions  %,d of warps, %,d of threads, %.1f %% of lanes active",
        report.warpInstructions(),
        report.threadInstructions(),
        efficiency());
    line(out, "mix           %s", mixText());
    line(
        out,
        "branches      %,d conditional, %,d divergent (%.1f %%)",
        branches,
        splits,
        100 * ratio(splits, branches));
    line(
        out,
        "global        %,d requests, %,d sectors of 32 bytes, %.2f a request, %.2f would do",
        sum("global", r -> r.requests),
        sum("global", r -> r.sectors),
        ratio(sum("global", r -> r.sectors), sum("global", r -> r.requests)),
        ratio(sum("global", r -> r.idealSectors), sum("global", r -> r.requests)));
    line(
        out,
        "shared        %,d requests, %,d passes, %,d of them bank conflicts",
        sum("shared", r -> r.requests),
        sum("shared", r -> r.passes),
        Math.max(0, sum("shared", r -> r.passes - r.idealPasses)));
    line(
        out,
        "local         %,d requests, %,d sectors",
        sum("local", r -> r.requests),
        sum("local", r -> r.sectors));
    line(
        out,
        "occupancy     %d blocks of %d threads on a multiprocessor of %s, %.0f %% (registers not"
            + " counted)",
        residentBlocks(),
        launch.block.count(),
        gpu.name(),
        occupancy());
    line(
        out,
        "roofline      %,d flop, %,d distinct bytes, %.2f flop a byte; at least %.3g us of"
            + " arithmetic and %.3g us of memory on %s: bound by %s; its instructions and accesses"
            + " allow %.0f %% of that speed",
        singles + doubles,
        profiler.touchedBytes(),
        ratio(singles + doubles, profiler.touchedBytes()),
        computeSeconds() * 1e6,
        memorySeconds() * 1e6,
        gpu.name(),
        computeSeconds() > memorySeconds() ? "arithmetic" : "memory",
        100 * rooflineShare());
    line(out, "simulated in  %.3f s", report.seconds());
    for (Line l : lines()) {
      if (!l.row.space.equals("param")) {
        line(out, "  %-28s %s", l.at.place(), detail(l));
      }
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private String detail(Line l) {
    Profiler.Row r = l.row;
    String what = "%-24s %,9d requests".formatted(l.at.mnemonic(), r.requests);
    if (r.space.equals("shared")) {
      what += String.format(Locale.ROOT, "  %.2f passes each", ratio(r.passes, r.requests));
    } else {
      what += String.format(Locale.ROOT, "  %.2f sectors each", ratio(r.sectors, r.requests));
    }
    if (r.access == Probe.Access.ATOMIC) {
      what +=
          String.format(
              Locale.ROOT, "  %.2f lanes at one address", ratio(r.contention, r.requests));
    }
    return what;
  }

  private String mixText() {
    return mix.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(LONGEST)
        .map(e -> "%s %,d".formatted(e.getKey(), e.getValue()))
        .reduce((a, b) -> a + ", " + b)
        .orElse("nothing");
  }

  String json() {
    var out = new StringBuilder("{\n");
    Launch launch = report.launch();
    field(out, "kernel", quoted(launch.kernel.name()));
    field(out, "grid", "[" + launch.grid + "]");
    field(out, "block", "[" + launch.block + "]");
    field(out, "gpu", quoted(gpu.name()));
    field(out, "warp_instructions", report.warpInstructions());
    field(out, "thread_instructions", report.threadInstructions());
    field(out, "branches", branches);
    field(out, "divergent_branches", splits);
    for (String space : List.of("global", "local")) {
      field(out, space + "_requests", sum(space, r -> r.requests));
      field(out, space + "_sectors", sum(space, r -> r.sectors));
    }
    field(out, "shared_requests", sum("shared", r -> r.requests));
    field(out, "shared_passes", sum("shared", r -> r.passes));
    field(out, "bank_conflicts", Math.max(0, sum("shared", r -> r.passes - r.idealPasses)));
    field(out, "touched_bytes", profiler.touchedBytes());
    field(out, "flop_single", singles);
    field(out, "flop_double", doubles);
    field(out, "resident_blocks", residentBlocks());
    field(out, "occupancy", occupancy() / 100);
    field(out, "roofline_share", rooflineShare());
    field(out, "seconds_arithmetic", computeSeconds());
    field(out, "seconds_memory", memorySeconds());
    field(out, "seconds_simulated", report.seconds());
    field(out, "mix", mixJson());
    out.append("  \"memory\": [");
    String separator = "\n";
    for (Line l : lines()) {
      out.append(separator).append("    ").append(row(l));
      separator = ",\n";
    }
    return out.append("\n  ]\n}\n").toString();
  }

  private static void field(StringBuilder out, String name, Object value) {
    out.append("  ").append(quoted(name)).append(": ").append(value).append(",\n");
  }

  private String mixJson() {
    return mix.entrySet().stream()
        .map(e -> quoted(e.getKey()) + ": " + e.getValue())
        .reduce((a, b) -> a + ", " + b)
        .map(s -> "{" + s + "}")
        .orElse("{}");
  }

  private static String row(Line l) {
    Profiler.Row r = l.row;
    return "{\"line\": %d, \"source\": %s, \"instruction\": %s, \"space\": %s, \"requests\": %d,"
            .formatted(
                l.at.line(),
                l.at.source() == null ? "null" : quoted(l.at.source().toString()),
                quoted(l.at.mnemonic()),
                quoted(r.space),
                r.requests)
        + " \"lanes\": %d, \"bytes\": %d, \"sectors\": %d, \"passes\": %d, \"contention\": %d}"
            .formatted(r.lanes, r.bytes, r.sectors, r.passes, r.contention);
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
