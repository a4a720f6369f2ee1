package org.kanface.data.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtoReaderTest {

  @Test
  void readsWhatTheWriterWrites() {
    byte[] message =
        new ProtoWriter()
            .int64(1, -5)
            .string(2, "née")
            .float32(3, 1.5f)
            .float64(4, -2.25)
            .message(100, new ProtoWriter().int64(7, 1L << 40))
            .toBytes();
    var in = new ProtoReader(message);

    assertThat(in.next()).isTrue();
    assertThat(in.int64()).isEqualTo(-5);
    assertThat(in.next()).isTrue();
    assertThat(in.string()).isEqualTo("née");
    assertThat(in.next()).isTrue();
    assertThat(in.float32()).isEqualTo(1.5f);
    assertThat(in.next()).isTrue();
    assertThat(in.float64()).isEqualTo(-2.25);
    assertThat(in.next()).isTrue();
    assertThat(in.field()).isEqualTo(100);
    ProtoReader inner = in.message();
    assertThat(inner.next()).isTrue();
    assertThat(inner.int64()).isEqualTo(1L << 40);
    assertThat(inner.next()).isFalse();
    assertThat(in.next()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 127, 128, 16383, 16384, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void readsEveryVarint(long value) {
    byte[] message = new ProtoWriter().int64(3, value).toBytes();
    var in = new ProtoReader(message);

    assertThat(in.next()).isTrue();
    assertThat(in.int64()).isEqualTo(value);
    assertThat(WireFields.of(message).number(3)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "08 | the end inside a number at byte 1 of 1",
        "0880 | the end inside a number at byte 2 of 2",
        "0d0000 | the end inside a number at byte 1 of 3",
        "1205414243 | a field longer than the message at byte 2 of 5",
        "12ffffffffffffffffff01 | a field longer than the message at byte 11 of 11",
        "0b | wire type 3 at byte 1 of 1",
        "08ffffffffffffffffffff01 | a number of more than ten bytes at byte 11 of 12"
      })
  void refusesWhatIsNoMessage(String hex, String found) {
    var in = new ProtoReader(HexFormat.of().parseHex(hex));

    assertThatThrownBy(in::next)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[proto] not a message: " + found);
  }
}
