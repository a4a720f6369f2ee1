package org.kanface.data.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SequencedMap;
import org.kanface.kernels.DType;
import org.kanface.nn.SafeTensors;

/// Writes a state dict as PyTorch did before 1.6, for tests with networks too large to commit.
public final class LegacyTorch {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private LegacyTorch() {}

  /// `{"state_dict": {prefix + key: tensor}}` of float32 and int64 tensors.
  public static byte[] write(String prefix, SequencedMap<String, SafeTensors.Entry> entries) {
    var w = new LegacyTorch();
    w.raw("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019."); // magic
    w.raw("\u0080\u0002M\u00e9\u0003."); // version 1001
    w.raw("\u0080\u0002}X\r\0\0\0little_endian\u0088s.");
    w.raw("\u0080\u0002}").text("state_dict").raw("}");
    int key = 0;
    for (var e : entries.entrySet()) {
      w.text(prefix + e.getKey()).tensor("" + key++, e.getValue()).raw("s");
    }
    w.raw("s.");
    w.raw("\u0080\u0002](");
    for (int i = 0; i < key; i++) {
      w.text("" + i);
    }
    w.raw("e.");
    for (SafeTensors.Entry entry : entries.values()) {
      var count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      w.out.writeBytes(count.putLong(entry.shape().numel()).array());
      w.out.writeBytes(entry.data().toArray(ValueLayout.JAVA_BYTE));
    }
    return w.out.toByteArray();
  }

  private LegacyTorch tensor(String key, SafeTensors.Entry entry) {
    var storage = entry.dtype() == DType.I64 ? "LongStorage" : "FloatStorage";
    long[] dims = entry.shape().toArray();
    var strides = new long[dims.length];
    long step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= dims[i];
    }
    raw("ctorch._utils\n_rebuild_tensor_v2\n(");
    raw("(").text("storage").raw("ctorch\n" + storage + "\n").text(key).text("cpu");
    number(entry.shape().numel()).raw("NtQ"); // the storage
    number(0).numbers(dims).numbers(strides);
    return raw("\u0089ccollections\nOrderedDict\n)RtR");
  }

  private LegacyTorch numbers(long[] values) {
    raw("(");
    for (long value : values) {
      number(value);
    }
    return raw("t");
  }

  private LegacyTorch number(long value) {
    return raw("J").int32((int) value);
  }

  private LegacyTorch text(String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    raw("X").int32(utf8.length).out.writeBytes(utf8);
    return this;
  }

  private LegacyTorch int32(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  private LegacyTorch raw(String latin1) {
    out.writeBytes(latin1.getBytes(ISO_8859_1));
    return this;
  }
}
