package org.kanface.data.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes worked out by hand from the wire format.
class ProtoWriterTest {

  private static String hex(ProtoWriter message) {
    return HexFormat.of().formatHex(message.toBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0800",
    "1, 1, 0801",
    "1, 127, 087f",
    "1, 128, 088001",
    "1, 150, 089601",
    "1, 300, 08ac02",
    "16, 1, 800101",
    "536870911, 1, f8ffffff0f01",
    "1, -1, 08ffffffffffffffffff01",
    "1, 9223372036854775807, 08ffffffffffffffff7f"
  })
  void writesVarints(int field, long value, String bytes) {
    assertThat(hex(new ProtoWriter().int64(field, value))).isEqualTo(bytes);
  }

  @Test
  void writesNumbersOfFixedWidth() {
    assertThat(hex(new ProtoWriter().float32(2, 1))).isEqualTo("150000803f");
    assertThat(hex(new ProtoWriter().float64(1, -2))).isEqualTo("0900000000000000c0");
    assertThat(hex(new ProtoWriter().bool(3, true))).isEqualTo("1801");
  }

  @Test
  void writesTextBytesAndMessages() {
    assertThat(hex(new ProtoWriter().string(2, "testing"))).isEqualTo("120774657374696e67");
    assertThat(hex(new ProtoWriter().string(2, "é"))).isEqualTo("1202c3a9");
    assertThat(hex(new ProtoWriter().bytes(1, new byte[0]))).isEqualTo("0a00");
    assertThat(hex(new ProtoWriter().message(3, new ProtoWriter().int64(1, 150))))
        .isEqualTo("1a03089601");
    assertThat(hex(new ProtoWriter().message(3, new ProtoWriter()))).isEqualTo("1a00");
  }

  /// Whether memory is copied or referred to shows in no byte.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 70_000})
  void writesMemoryOfAnyLength(int length) throws IOException {
    var data = new byte[length];
    Arrays.fill(data, (byte) 7);
    ProtoWriter copied = new ProtoWriter().int64(1, 5).bytes(2, data).string(3, "end");
    ProtoWriter referred =
        new ProtoWriter().int64(1, 5).bytes(2, MemorySegment.ofArray(data)).string(3, "end");

    assertThat(referred.size()).isEqualTo(copied.size());
    assertThat(referred.toBytes()).isEqualTo(copied.toBytes());
    ProtoWriter outer = new ProtoWriter().message(1, referred).bool(2, true);
    byte[] expected = new ProtoWriter().message(1, copied).bool(2, true).toBytes();
    assertThat(outer.toBytes()).isEqualTo(expected);
    var file = new ByteArrayOutputStream();
    outer.writeTo(Channels.newChannel(file));
    assertThat(file.toByteArray()).isEqualTo(expected);
  }

  @Test
  void packsRepeatedNumbers() {
    assertThat(hex(new ProtoWriter().packedInt64(6, 3, 270, 86942))).isEqualTo("3206038e029ea705");
    assertThat(hex(new ProtoWriter().packedFloat32(1, 1, -1))).isEqualTo("0a080000803f000080bf");
    assertThat(hex(new ProtoWriter().packedFloat64(7, 1))).isEqualTo("3a08000000000000f03f");
    assertThat(hex(new ProtoWriter().packedFloat64(7))).isEmpty();
  }

  @Test
  void keepsTheOrderOfTheCalls() {
    assertThat(hex(new ProtoWriter().int64(2, 1).int64(1, 2).int64(2, 3)))
        .isEqualTo("100108021003");
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "536870912"})
  void refusesNumbersThatAreNoFields(int field) {
    assertThatThrownBy(() -> new ProtoWriter().int64(field, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[proto] expected a field number from 1 to 536870911, got " + field);
  }
}
