package org.kanface.data.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.data.DataException;
import org.kanface.kernels.DType;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Shape;

class WeightFileTest {
  private static SequencedMap<String, SafeTensors.Entry> read(String fixture) {
    return read(Fixture.bytes(fixture), fixture);
  }

  private static SequencedMap<String, SafeTensors.Entry> read(byte[] file, String name) {
    return WeightFile.read(MemorySegment.ofArray(file), name, "");
  }

  private static SafeTensors.Entry entry(String fixture, String key) {
    return read(fixture).get(key);
  }

  /// `(i - 3) / 4` for the given elements, as in fixtures.py.
  private static double[] ramp(int... elements) {
    return Arrays.stream(elements).mapToDouble(i -> (i - 3) / 4.0).toArray();
  }

  private static double[] rampTo(int count) {
    return ramp(IntStream.range(0, count).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.zip.pt", "types.legacy.pt", "protocol4.pt"})
  void readsEveryType(String file) {
    var found = read(file);
    assertThat(found.keySet())
        .containsExactly(
            "f32", "f64", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool", "scalar",
            "empty");
    for (var key : new String[] {"f32", "f64", "f16", "bf16"}) {
      assertThat(found.get(key).toDoubles()).as(key).isEqualTo(rampTo(6));
      assertThat(found.get(key).shape()).isEqualTo(Shape.of(2, 3));
    }
    assertThat(found.get("f64").dtype()).isEqualTo(DType.F64);
    assertThat(found.get("bf16").dtype()).isEqualTo(DType.BF16);
    assertThat(found.get("i64").toLongs()).containsExactly(-(1L << 40), 0, 1L << 40);
    assertThat(found.get("i32").toLongs()).containsExactly(-5, 6);
    assertThat(found.get("i16").toLongs()).containsExactly(-300, 300);
    assertThat(found.get("i8").toLongs()).containsExactly(-128, 127);
    assertThat(found.get("u8").toLongs()).containsExactly(0, 255);
    assertThat(found.get("bool").toLongs()).containsExactly(1, 0, 1);
    assertThat(found.get("scalar").shape()).isEqualTo(Shape.SCALAR);
    assertThat(found.get("scalar").toLongs()).containsExactly(7);
    assertThat(found.get("empty").shape()).isEqualTo(Shape.of(0, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"strided.zip.pt", "strided.legacy.pt"})
  void readsViewsOfOneStorage(String file) {
    var found = read(file);
    assertThat(found.get("whole").toDoubles()).isEqualTo(rampTo(24));
    assertThat(found.get("transposed").shape()).isEqualTo(Shape.of(6, 4));
    assertThat(found.get("transposed").toDoubles()).startsWith(ramp(0, 6, 12, 18, 1, 7));
    assertThat(found.get("columns").toDoubles())
        .isEqualTo(ramp(1, 2, 3, 7, 8, 9, 13, 14, 15, 19, 20, 21));
    assertThat(found.get("row").toDoubles()).isEqualTo(ramp(12, 13, 14, 15, 16, 17));
    assertThat(found.get("every_other").toDoubles()).isEqualTo(ramp(0, 3, 12, 15));
    assertThat(found.get("expanded").toDoubles()).isEqualTo(ramp(0, 0, 0, 0, 0, 0));
    assertThat(found.get("channels_last").toDoubles()).isEqualTo(rampTo(24));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nested.zip.pt", "nested.legacy.pt"})
  void findsTheStateDictOfACheckpoint(String file) {
    var found = read(file);
    assertThat(found.keySet())
        .startsWith("module.fc.weight", "module.fc.bias")
        .contains("module.bn.num_batches_tracked")
        .hasSize(7);
    assertThat(found.get("module.fc.weight").toDoubles()).isEqualTo(rampTo(6));
  }

  @Test
  void readsLightningsCheckpoints() {
    var found = read("lightning.pt");
    assertThat(found.keySet())
        .containsExactly(
            "model.fc.weight", "head.kernel", "head.t", "head.batch_mean", "head.batch_std");
    assertThat(found.get("head.kernel").toDoubles()).isEqualTo(rampTo(8));
  }

  @Test
  void readsParametersAndOnePartByName() {
    assertThat(entry("parameter.pt", "w").toDoubles()).isEqualTo(rampTo(3));
    byte[] nested = Fixture.bytes("nested.zip.pt");
    var data = MemorySegment.ofArray(nested);
    assertThat(WeightFile.read(data, "a.pt", "state_dict")).hasSize(7);
    assertThatThrownBy(() -> WeightFile.read(data, "a.pt", "ema"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("a.pt has no part \"ema\", only \"epoch\", \"best\", \"args\"");
    assertThatThrownBy(() -> WeightFile.read(data, "a.pt", "epoch"))
        .hasMessage(
            "a.pt holds a value of type Long, expected a dictionary of tensors (a state dict).");
  }

  @Test
  void readsPickledDictionariesOfNumpyArrays() {
    var found = read("arrays.npy");
    assertThat(found.get("c").toDoubles()).isEqualTo(rampTo(6));
    assertThat(found.get("fortran").toDoubles()).isEqualTo(rampTo(6));
    assertThat(found.get("f64").toDoubles()).isEqualTo(rampTo(4));
    assertThat(found.get("i64").toLongs()).containsExactly(1, -2);
    assertThatThrownBy(() -> read("numbers.npy"))
        .hasMessage(
            "numbers.npy holds an array of numbers, expected a pickled dictionary of arrays.");
  }

  @Test
  void readsSafetensors(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("a.safetensors");
    var entries = new LinkedHashMap<String, SafeTensors.Entry>();
    entries.put("w", SafeTensors.Entry.of(Shape.of(2), new float[] {1, 2}));
    SafeTensors.write(path, entries, Map.of());
    assertThat(WeightFile.read(path).get("w").toDoubles()).containsExactly(1, 2);
    byte[] cut = Arrays.copyOf(Files.readAllBytes(path), 70);
    assertThatThrownBy(() -> read(cut, "a.safetensors"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.safetensors ");
  }

  @Test
  void refusesClassesByName() {
    assertThatThrownBy(() -> read("module.pt"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "module.pt is no usable pickle: the global __main__.Net, which is not allowed here, at"
                + " offset 2.");
    var system = "\u0080\u0002cposix\nsystem\nX\u0002\0\0\0ls\u0085R.";
    assertThatThrownBy(() -> read(system.getBytes(StandardCharsets.ISO_8859_1), "a.pt"))
        .hasMessageContaining("the global posix.system, which is not allowed");
  }

  @Test
  void refusesWhatIsCutOff() {
    for (var fixture : new String[] {"types.zip.pt", "strided.legacy.pt", "arrays.npy"}) {
      byte[] whole = Fixture.bytes(fixture);
      for (int length = 0; length < whole.length; length += 7) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> read(cut, fixture))
            .as("%s cut to %d bytes", fixture, length)
            .isInstanceOf(DataException.class)
            .hasMessageContaining(fixture);
      }
    }
  }

  @Test
  void refusesAnEntryWhoseBytesChanged() {
    byte[] file = Fixture.bytes("parameter.pt");
    for (int i = 0; i + 3 < file.length; i++) { // -0.75f, the first element
      if (file[i] == 0 && file[i + 1] == 0 && file[i + 2] == 0x40 && file[i + 3] == (byte) 0xBF) {
        file[i + 1] = 1;
      }
    }
    assertThatThrownBy(() -> read(file, "a.pt"))
        .hasMessageMatching(
            "a.pt is no usable ZIP archive: the bytes of entry .*data/0 do not match their"
                + " checksum\\.");
  }

  @Test
  void refusesCompressedArchivesAndPrograms() throws IOException {
    assertThatThrownBy(() -> read(archive(ZipOutputStream.DEFLATED, "a/data.pkl"), "a.pt"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "a.pt is no usable ZIP archive: entry a/data.pkl is compressed or encrypted, expected"
                + " plain bytes.");
    assertThatThrownBy(
            () -> read(archive(ZipOutputStream.STORED, "a/data.pkl", "a/code/net.py"), "a.pt"))
        .hasMessageStartingWith("a.pt is a TorchScript program, expected a state dict");
    assertThatThrownBy(() -> read(archive(ZipOutputStream.STORED, "readme.txt"), "a.zip"))
        .hasMessage("a.zip has no entry data.pkl, so it is no PyTorch file.");
  }

  private static byte[] archive(int method, String... names) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      zip.setMethod(method);
      for (var name : names) {
        var entry = new ZipEntry(name);
        entry.setSize(1000);
        var crc = new CRC32();
        crc.update(new byte[1000]);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(new byte[1000]);
      }
    }
    return out.toByteArray();
  }

  /// One element seen as 10¹⁰ of them, or from outside of its storage.
  @Test
  void refusesTensorsThatTheirStorageCannotBe() {
    assertThatThrownBy(() -> read(oneElement("J\u00a0\u0086\1\0", "K\0"), "a.pt"))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            "a.pt has \\d+ bytes, and its tensors repeat them too often: \"w\" is one too many\\.");
    assertThatThrownBy(() -> read(oneElement("K\2", "K\1"), "a.pt"))
        .hasMessageContaining(
            "a tensor of shape [2, 2], strides [1, 1] and offset 0 over 1 elements");
    assertThatThrownBy(() -> read(oneElement("K\1", "J\u00ff\u00ff\u00ff\u00ff"), "a.pt"))
        .hasMessageContaining("a size or stride that is no whole number");
  }

  /// A file of the older format with a storage of one element and one square tensor.
  private static byte[] oneElement(String side, String stride) {
    var file =
        "\u0080\u0002\u008a\n"
            + "l\u00fc\u009cF\u00f9"
            + " j\u00a8P\u0019.\u0080\u0002M\u00e9\u0003.\u0080\u0002}.\u0080\u0002}X\1\0\0\0wctorch._utils\n"
            + "_rebuild_tensor_v2\n"
            + "((X\7\0\0\0storagectorch\n"
            + "FloatStorage\n"
            + "X\1\0\0\0kX\3\0\0\0cpuK\1NtQ"
            + ("K\0" + side + side + "\u0086" + stride + stride + "\u0086")
            + "\u0089NtRs."
            + "\u0080\u0002]X\1\0\0\0ka.\1\0\0\0\0\0\0\0\0\0\u0080\u003f";
    return file.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void refusesOtherFiles() {
    assertThatThrownBy(() -> read("GIF89a".getBytes(StandardCharsets.ISO_8859_1), "a.gif"))
        .hasMessage(
            "a.gif is no file of weights known here: its 6 bytes start like neither PyTorch's,"
                + " NumPy's nor safetensors'.");
  }

  @Test
  void readsTrainedNetworks() {
    var mobile = WeightFile.read(Fixture.trained("mobilefacenet.pt"));
    assertThat(mobile).hasSize(307);
    assertThat(mobile.get("conv1.0.weight").shape()).isEqualTo(Shape.of(64, 3, 3, 3));
    assertThat(mobile.get("conv1.0.weight").get(0)).isEqualTo(0.060014598071575165);
    var proposals = WeightFile.read(Fixture.trained("mtcnn_pnet.npy"));
    assertThat(proposals).hasSize(13);
    assertThat(proposals.get("conv4_2.weight").shape()).isEqualTo(Shape.of(4, 32, 1, 1));
    assertThat(proposals.get("features.conv1.weight").get(0)).isEqualTo(-0.08164715766906738);
  }
}
