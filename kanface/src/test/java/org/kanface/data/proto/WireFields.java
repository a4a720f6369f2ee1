package org.kanface.data.proto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A message read by the wire format alone, apart from the program's own reader: the values of
/// every field in order, `Long` for varints, `byte[]` for everything else.
public record WireFields(Map<Integer, List<Object>> values) {

  public static WireFields of(byte[] message) {
    var values = new LinkedHashMap<Integer, List<Object>>();
    ByteBuffer in = ByteBuffer.wrap(message);
    while (in.hasRemaining()) {
      long tag = varint(in);
      Object value =
          switch ((int) (tag % 8)) {
            case 0 -> varint(in);
            case 1 -> take(in, 8);
            case 2 -> take(in, (int) varint(in));
            case 5 -> take(in, 4);
            default -> throw new AssertionError("wire type " + tag % 8);
          };
      values.computeIfAbsent((int) (tag / 8), _ -> new ArrayList<>()).add(value);
    }
    return new WireFields(values);
  }

  private static byte[] take(ByteBuffer in, int bytes) {
    var out = new byte[bytes];
    in.get(out);
    return out;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    int shift = 0;
    byte b;
    do {
      b = in.get();
      value += (b & 127L) << shift;
      shift += 7;
    } while (b < 0);
    return value;
  }

  public boolean has(int field) {
    return values.containsKey(field);
  }

  public long number(int field) {
    return (Long) values.get(field).getFirst();
  }

  public double float64(int field) {
    return little(field).getDouble();
  }

  public float float32(int field) {
    return little(field).getFloat();
  }

  private ByteBuffer little(int field) {
    byte[] bytes = (byte[]) values.get(field).getFirst();
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  public String text(int field) {
    return new String((byte[]) values.get(field).getFirst(), StandardCharsets.UTF_8);
  }

  public WireFields message(int field) {
    return messages(field).getFirst();
  }

  public List<WireFields> messages(int field) {
    return values.getOrDefault(field, List.of()).stream().map(v -> of((byte[]) v)).toList();
  }
}
