package org.kanface.kernels;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The float32 tensors of a golden file, named `case/tensor`, and how far from the true value
/// PyTorch's own float32 lies.
final class SplineFixtures {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment file;
  private final String header;
  private final String index;

  private SplineFixtures(MemorySegment file, String header, String index) {
    this.file = file;
    this.header = header;
    this.index = index;
  }

  static SplineFixtures read(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder.resolve("unit_kan.safetensors"))) {
      MemorySegment file =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      byte[] header = file.asSlice(8, file.get(LONG, 0)).toArray(ValueLayout.JAVA_BYTE);
      return new SplineFixtures(
          file,
          new String(header, StandardCharsets.UTF_8),
          Files.readString(folder.resolve("index.json")));
    }
  }

  /// Ids of the cases that start with `prefix`.
  List<String> cases(String prefix) {
    return Pattern.compile("\"id\"\\s*:\\s*\"(" + prefix + "[^\"]*)\"")
        .matcher(index)
        .results()
        .map(m -> m.group(1))
        .toList();
  }

  float[] get(String name) {
    Matcher m =
        Pattern.compile(
                "\""
                    + Pattern.quote(name)
                    + "\"\\s*:\\s*\\{[^}]*?\"data_offsets\"\\s*:\\s*\\[(\\d+)\\s*,\\s*(\\d+)\\]")
            .matcher(header);
    if (!m.find()) {
      throw new AssertionError("no tensor " + name);
    }
    long start = 8 + file.get(LONG, 0);
    long from = Long.parseLong(m.group(1));
    return file.asSlice(start + from, Long.parseLong(m.group(2)) - from).toArray(FLOAT);
  }

  /// `max |f32 - f64| / max |f64|` of PyTorch for one result of a case.
  double error(String id, String result) {
    int at = index.indexOf("\"" + id + "\"");
    int errors = index.indexOf("\"err\"", at);
    Matcher m =
        Pattern.compile("\"" + Pattern.quote(result) + "\"\\s*:\\s*([-+.0-9eE]+)").matcher(index);
    if (!m.find(errors)) {
      throw new AssertionError("no error of " + id + "/" + result);
    }
    return Double.parseDouble(m.group(1));
  }
}
