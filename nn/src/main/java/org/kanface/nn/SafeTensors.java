package org.kanface.nn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.tensor.Json;
import org.kanface.tensor.Shape;

/// Reads and writes the safetensors format: 8 bytes little-endian header length, a JSON header
/// (`name → dtype, shape, data_offsets`, and `__metadata__`), then raw little-endian data.
///
/// A file is mapped, and everything in its header is checked before a tensor is handed out: bounds,
/// overlaps, gaps, sizes against shapes. Throws [StateException] with the file and the tensor's
/// name.
public final class SafeTensors implements AutoCloseable {
  private static final long MAX_HEADER = 100_000_000;
  private static final Map<String, DType> TYPES =
      Map.of(
          "F32",
          DType.F32,
          "F64",
          DType.F64,
          "F16",
          DType.F16,
          "BF16",
          DType.BF16,
          "I64",
          DType.I64,
          "I32",
          DType.I32,
          "U8",
          DType.U8);

  /// A tensor's type, shape and raw bytes.
  public record Entry(DType dtype, Shape shape, MemorySegment data) {
    /// float32 values.
    public static Entry of(Shape shape, float[] values) {
      return new Entry(DType.F32, shape, MemorySegment.ofArray(values));
    }

    /// I64 values.
    public static Entry of(Shape shape, long[] values) {
      return new Entry(DType.I64, shape, MemorySegment.ofArray(values));
    }

    /// Element `i` of any numeric type, as a double.
    public double get(long i) {
      return switch (dtype) {
        case F32 -> data.get(FLOAT, i * 4);
        case F64 -> data.get(DOUBLE, i * 8);
        case F16 -> Float.float16ToFloat(data.get(SHORT, i * 2));
        case BF16 -> Float.intBitsToFloat(data.get(SHORT, i * 2) << 16);
        case I64 -> data.get(LONG, i * 8);
        case I32 -> data.get(INT, i * 4);
        case U8 -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, i));
      };
    }

    /// All elements as float32.
    public float[] toFloats() {
      var out = new float[Math.toIntExact(shape.numel())];
      if (dtype == DType.F32) {
        MemorySegment.copy(data, FLOAT, 0, out, 0, out.length);
      } else {
        for (int i = 0; i < out.length; i++) {
          out[i] = (float) get(i);
        }
      }
      return out;
    }

    /// All elements as float64.
    public double[] toDoubles() {
      var out = new double[Math.toIntExact(shape.numel())];
      for (int i = 0; i < out.length; i++) {
        out[i] = get(i);
      }
      return out;
    }

    /// All elements of an integer tensor.
    public long[] toLongs() {
      var out = new long[Math.toIntExact(shape.numel())];
      for (int i = 0; i < out.length; i++) {
        out[i] = dtype == DType.I64 ? data.get(LONG, i * 8L) : (long) get(i);
      }
      return out;
    }
  }

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final Runnable release; // of the file's memory
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();
  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();

  private SafeTensors(Path path, Runnable release) {
    this.path = path;
    this.release = release;
  }

  /// Opens and checks a file; close it when its data is no longer needed.
  public static SafeTensors open(Path path) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var file = new SafeTensors(path, arena::close);
      file.read(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
      return file;
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /// A file already in memory, which errors call `path`; its tensors are views of `bytes`.
  public static SafeTensors of(MemorySegment bytes, Path path) {
    var file = new SafeTensors(path, () -> {});
    file.read(bytes);
    return file;
  }

  /// All tensors in the order of the header.
  public SequencedMap<String, Entry> entries() {
    return entries;
  }

  /// The tensor called `name`; throws [StateException] where there is none.
  public Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw bad("has no tensor \"" + name + "\"");
    }
    return entry;
  }

  public SequencedMap<String, String> metadata() {
    return metadata;
  }

  private void read(MemorySegment file) {
    if (file.byteSize() < 8) {
      throw bad("is " + file.byteSize() + " bytes long, expected a header length of 8 bytes first");
    }
    long length = file.get(LONG, 0);
    if (length < 2 || length > Math.min(MAX_HEADER, file.byteSize() - 8)) {
      throw bad(
          "announces a header of "
              + Long.toUnsignedString(length)
              + " bytes in a file of "
              + file.byteSize());
    }
    byte[] header = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = file.asSlice(8 + length);
    Object parsed;
    try {
      parsed = Json.parse(new String(header, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw bad("has a damaged header: " + e.getMessage());
    }
    if (!(parsed instanceof Map<?, ?> map)) {
      throw bad("has a header that is not a JSON object");
    }
    var ranges = new ArrayList<Range>();
    map.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          if (!(value instanceof Map<?, ?> fields)) {
            throw bad("describes \"" + name + "\" by something that is not an object");
          }
          if (name.equals("__metadata__")) {
            fields.forEach((k, v) -> metadata.put(String.valueOf(k), String.valueOf(v)));
          } else {
            add(name, fields, data, ranges);
          }
        });
    checkCover(ranges, data.byteSize());
  }

  private record Range(String name, long begin, long end) {}

  private void add(String name, Map<?, ?> fields, MemorySegment data, List<Range> ranges) {
    if (!(fields.get("dtype") instanceof String dtype)) {
      throw bad("\"" + name + "\" has no dtype");
    }
    DType type = TYPES.get(dtype);
    if (type == null) {
      throw bad("\"" + name + "\" has dtype " + dtype + ", which is not supported");
    }
    long[] dims = longs(name, "shape", fields.get("shape"));
    long[] offsets = longs(name, "data_offsets", fields.get("data_offsets"));
    long numel = 1;
    try {
      for (long d : dims) {
        numel = Math.multiplyExact(numel, d);
      }
      numel = Math.multiplyExact(numel, (long) type.bytes());
    } catch (ArithmeticException e) {
      throw bad("\"" + name + "\" has an impossible shape");
    }
    if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > data.byteSize()) {
      throw bad("\"" + name + "\" lies outside the data of " + data.byteSize() + " bytes");
    }
    if (offsets[1] - offsets[0] != numel) {
      throw bad(
          "\"" + name + "\" has " + (offsets[1] - offsets[0]) + " bytes, its shape needs " + numel);
    }
    ranges.add(new Range(name, offsets[0], offsets[1]));
    entries.put(name, new Entry(type, Shape.of(dims), data.asSlice(offsets[0], numel)));
  }

  private long[] longs(String name, String field, @Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      throw bad("\"" + name + "\" has no " + field);
    }
    var out = new long[list.size()];
    for (int i = 0; i < out.length; i++) {
      if (!(list.get(i) instanceof Long l) || l < 0) {
        throw bad("\"" + name + "\" has " + list.get(i) + " in its " + field);
      }
      out[i] = l;
    }
    return out;
  }

  private void checkCover(List<Range> ranges, long size) {
    ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
    long at = 0;
    for (Range r : ranges) {
      if (r.begin < at) {
        throw bad("\"" + r.name + "\" overlaps another tensor's data");
      }
      if (r.begin > at) {
        throw bad(
            "has " + (r.begin - at) + " bytes before \"" + r.name + "\" that belong to nobody");
      }
      at = r.end;
    }
    if (at != size) {
      throw bad("has " + (size - at) + " bytes at the end that belong to nobody");
    }
  }

  private StateException bad(String what) {
    return new StateException(path + " " + what);
  }

  /// Writes tensors and metadata to `path` (replacing it) and forces them to the disk.
  public static void write(
      Path path, SequencedMap<String, Entry> entries, Map<String, String> metadata)
      throws IOException {
    var header = new LinkedHashMap<String, Object>();
    if (!metadata.isEmpty()) {
      header.put("__metadata__", new LinkedHashMap<>(metadata));
    }
    long at = 0;
    for (var e : entries.entrySet()) {
      Entry entry = e.getValue();
      var fields = new LinkedHashMap<String, Object>();
      fields.put("dtype", entry.dtype.name());
      fields.put("shape", Arrays.stream(entry.shape.toArray()).boxed().toList());
      fields.put("data_offsets", List.of(at, at + entry.data.byteSize()));
      header.put(e.getKey(), fields);
      at += entry.data.byteSize();
    }
    byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8; // data begins on a multiple of 8 bytes
    var head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(padded).put(json);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    head.flip();
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, head);
      for (Entry entry : entries.values()) {
        writeFully(channel, entry.data);
      }
      channel.force(true);
    }
  }

  private static void writeFully(FileChannel channel, MemorySegment data) throws IOException {
    long chunk = 1 << 28; // a ByteBuffer holds less than 2 GiB
    byte[] heap = new byte[(int) Math.min(1 << 20, data.byteSize())];
    for (long at = 0; at < data.byteSize(); ) {
      long size = Math.min(data.isNative() ? chunk : heap.length, data.byteSize() - at);
      MemorySegment part = data.asSlice(at, size);
      if (data.isNative()) {
        writeFully(channel, part.asByteBuffer());
      } else {
        MemorySegment.copy(part, 0, MemorySegment.ofArray(heap), 0, size);
        writeFully(channel, ByteBuffer.wrap(heap, 0, (int) size));
      }
      at += size;
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() {
    release.run();
  }
}
