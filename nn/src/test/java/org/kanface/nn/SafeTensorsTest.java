package org.kanface.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kanface.kernels.DType;
import org.kanface.tensor.Shape;

class SafeTensorsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeGoesThereAndBack(DType type) throws IOException {
    Path path = folder.resolve("all.safetensors");
    var bytes = new byte[6 * type.bytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (7 * i + 1);
    }
    var entries = new LinkedHashMap<String, SafeTensors.Entry>();
    entries.put("odd", new SafeTensors.Entry(DType.U8, Shape.of(3), segment(1, 2, 3)));
    entries.put("x", new SafeTensors.Entry(type, Shape.of(2, 3), MemorySegment.ofArray(bytes)));
    entries.put("none", new SafeTensors.Entry(type, Shape.of(0, 4), segment()));
    SafeTensors.write(path, entries, Map.of("epoch", "3"));

    try (var file = SafeTensors.open(path)) {
      assertThat(file.metadata()).containsExactly(Map.entry("epoch", "3"));
      assertThat(file.entries().sequencedKeySet()).containsExactly("odd", "x", "none");
      SafeTensors.Entry x = file.entry("x");
      assertThat(x.dtype()).isEqualTo(type);
      assertThat(x.shape()).isEqualTo(Shape.of(2, 3));
      assertThat(x.data().mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
      assertThat(file.entry("odd").toLongs()).containsExactly(1, 2, 3);
      assertThat(file.entry("none").toFloats()).isEmpty();
    }
  }

  private static MemorySegment segment(int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return MemorySegment.ofArray(bytes);
  }

  @Test
  void readsEveryTypeAsNumbers() {
    var halves = MemorySegment.ofArray(new short[] {0x3C00, (short) 0xC000}); // 1, -2
    var brains = MemorySegment.ofArray(new short[] {0x3F80, (short) 0xC000}); // 1, -2

    assertThat(new SafeTensors.Entry(DType.F16, Shape.of(2), halves).toFloats())
        .containsExactly(1, -2);
    assertThat(new SafeTensors.Entry(DType.BF16, Shape.of(2), brains).toDoubles())
        .containsExactly(1, -2);
    assertThat(new SafeTensors.Entry(DType.U8, Shape.of(2), segment(200, 255)).toLongs())
        .containsExactly(200, 255);
    assertThat(
            new SafeTensors.Entry(DType.I32, Shape.of(1), MemorySegment.ofArray(new int[] {-7}))
                .toLongs())
        .containsExactly(-7);
    assertThat(SafeTensors.Entry.of(Shape.of(1), new long[] {Long.MIN_VALUE}).toLongs())
        .containsExactly(Long.MIN_VALUE);
  }

  @Test
  void aMissingTensorIsNamed() throws IOException {
    Path path = folder.resolve("one.safetensors");
    SafeTensors.write(path, new LinkedHashMap<>(), Map.of());

    try (var file = SafeTensors.open(path)) {
      assertThatThrownBy(() -> file.entry("x"))
          .isInstanceOf(StateException.class)
          .hasMessage(path + " has no tensor \"x\"");
    }
  }

  /// Headers over 8 bytes of data, and what is said of them.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}} | "b" overlaps another tensor's data
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | has 2 bytes before "b" that belong to nobody
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | has 4 bytes at the end that belong to nobody
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} | "a" lies outside the data of 8 bytes
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | "a" lies outside the data of 8 bytes
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | "a" lies outside the data of 8 bytes
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | "a" has 8 bytes, its shape needs 12
          {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}} | "a" has an impossible shape
          {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | "a" has -2 in its shape
          {"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}} | "a" has 2.5 in its shape
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}} | "a" has -8 in its data_offsets
          {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | "a" has no shape
          {"a":{"dtype":"F32","shape":[2]}} | "a" has no data_offsets
          {"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}} | "a" has dtype C64, which is not supported
          {"a":{"shape":[1],"data_offsets":[0,8]}} | "a" has no dtype
          {"a":7} | describes "a" by something that is not an object
          [1] | has a header that is not a JSON object
          {"a": | has a damaged header: [json]
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | has a damaged header: [json] offset
          """)
  void aHostileHeaderIsRefusedInOneSentence(String header, String complaint) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    refuse(file(json.length, json, 8), complaint);
  }

  @Test
  void lengthsThatCannotBeAreRefused() throws IOException {
    byte[] json = "{}".getBytes(StandardCharsets.UTF_8);

    refuse(file(Long.MAX_VALUE, json, 8), "announces a header of 9223372036854775807 bytes");
    refuse(file(-1, json, 8), "announces a header of 18446744073709551615 bytes in a file of 18");
    refuse(file(11, json, 8), "announces a header of 11 bytes in a file of 18");
    refuse(file(0, json, 8), "announces a header of 0 bytes");
    refuse(new byte[5], "is 5 bytes long");
    refuse(new byte[0], "is 0 bytes long");
  }

  @Test
  void everyTruncationOfAGoodFileIsRefused() throws IOException {
    Path path = folder.resolve("good.safetensors");
    var entries = new LinkedHashMap<String, SafeTensors.Entry>();
    entries.put("x", SafeTensors.Entry.of(Shape.of(3), new float[] {1, 2, 3}));
    SafeTensors.write(path, entries, Map.of());
    byte[] whole = Files.readAllBytes(path);

    for (int length = 0; length < whole.length; length++) {
      refuse(Arrays.copyOf(whole, length), "");
    }
  }

  private static byte[] file(long announced, byte[] json, int data) {
    var file = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(announced).put(json).array();
  }

  private void refuse(byte[] content, String complaint) throws IOException {
    Path path = Files.write(folder.resolve("hostile.safetensors"), content);

    assertThatThrownBy(() -> SafeTensors.open(path).close())
        .isInstanceOf(StateException.class)
        .hasMessageStartingWith(path + " ")
        .hasMessageContaining(complaint)
        .hasMessageNotContaining("\n");
  }
}
