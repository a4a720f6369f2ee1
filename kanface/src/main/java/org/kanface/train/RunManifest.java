package org.kanface.train;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kanface.config.Steps;
import org.kanface.config.TrainConfig;
import org.kanface.data.FaceDataset;
import org.kanface.data.Fingerprint;
import org.kanface.kernels.DType;
import org.kanface.kernels.Workers;
import org.kanface.report.Machine;
import org.kanface.report.SourceCommit;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.JsonException;

/// `manifest.json` of a run: what has to be the same for the same numbers to come out again.
///
/// `config`, `data` with its [Fingerprint] and `steps` are those of the last start; `starts` has
/// one entry a start of the program, a resumed run several: time, step, commit, Java, flags,
/// libraries, processor, memory, device and GPU driver.
final class RunManifest {
  static final String FILE = "manifest.json";

  private RunManifest() {}

  /// What this process runs on, as one entry of `starts`.
  static Map<String, Object> start(long step, Device device) {
    return start(step, device.kernels(DType.F32).describe(), device.reason());
  }

  /// The same for any engine: its description, and why it was taken.
  static Map<String, Object> start(long step, String engine, String reason) {
    return Json.of(
        "time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        "step", step,
        "version", version(),
        "commit", SourceCommit.find().orElse("unknown"),
        "java", Runtime.version().toString(),
        "jvm", System.getProperty("java.vm.name", "") + ", " + vendor(),
        "flags", flags(),
        "libraries", libraries(),
        "os", System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""),
        "host", Machine.host(),
        "processor", Machine.processor(),
        "processors", Runtime.getRuntime().availableProcessors(),
        "threads", Workers.threads(),
        "memory", Machine.physicalMemory(),
        "device", engine,
        "device_reason", reason,
        "nvidia_driver", Machine.nvidiaDriver());
  }

  /// Writes the manifest of a run that starts now; `parts` says how many images are for what.
  /// Starts that `folder` knows of are kept where the
  /// run goes on after step 0.
  static void write(
      Path folder,
      TrainConfig config,
      FaceDataset data,
      Map<String, Object> parts,
      Steps steps,
      Map<String, Object> start) {
    Path path = folder.resolve(FILE);
    var starts = new ArrayList<Object>();
    if (!Long.valueOf(0).equals(start.get("step"))) {
      starts.addAll(earlier(path));
    }
    starts.add(start);
    Map<String, Object> facts =
        Json.of(
            "source",
            config.data().rec(),
            "images",
            data.size(),
            "identities",
            data.classes(),
            "fingerprint",
            Fingerprint.of(data),
            "parts",
            parts);
    Map<String, Object> manifest =
        Json.of(
            "name",
            config.name(),
            "config",
            config.toMap(),
            "data",
            facts,
            "steps",
            Json.of("epoch", steps.perEpoch(), "warmup", steps.warmup(), "total", steps.total()),
            "starts",
            starts);
    AtomicFile.writeText(path, Json.writePretty(manifest));
  }

  private static List<Object> earlier(Path path) {
    try {
      if (Files.exists(path)) {
        Map<String, Object> old = Json.object(Json.parse(Files.readString(path)), FILE);
        return Json.array(Json.member(old, "starts", FILE), "starts");
      }
    } catch (IOException | JsonException e) {
      return List.of(); // not ours any more: begin anew
    }
    return List.of();
  }

  private static String version() {
    String version = RunManifest.class.getPackage().getImplementationVersion();
    return version == null ? "working tree" : version;
  }

  private static String vendor() {
    return System.getProperty("java.vendor.version", System.getProperty("java.vendor", ""));
  }

  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  /// The names of the jar files on the class path, which have their versions in them.
  private static List<String> libraries() {
    return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
        .filter(entry -> entry.endsWith(".jar"))
        .map(entry -> entry.substring(entry.lastIndexOf(File.separatorChar) + 1))
        .sorted()
        .toList();
  }
}
