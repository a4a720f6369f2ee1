package org.kanface.data.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;

/// Stand-ins for the globals that harmless pickles of images and numbers use.
public final class KnownGlobals {
  private static final List<String> NUMPY = List.of("numpy.core", "numpy._core");

  private KnownGlobals() {}

  /// Byte strings as Python 3 writes them in protocol 2 and below (`_codecs.encode(text,
  /// "latin1")`), and byte arrays.
  public static Unpickler allowBytes(Unpickler unpickler) {
    return unpickler
        .allow("_codecs", "encode", KnownGlobals::encode)
        .allow("__builtin__", "bytes", KnownGlobals::bytes)
        .allow("builtins", "bytes", KnownGlobals::bytes)
        .allow("__builtin__", "bytearray", KnownGlobals::bytes)
        .allow("builtins", "bytearray", KnownGlobals::bytes);
  }

  /// NumPy arrays ([NumpyArray]) and scalars of booleans and numbers, under the module names of
  /// NumPy 1 and 2.
  public static Unpickler allowNumpy(Unpickler unpickler) {
    unpickler
        .allow("numpy", "ndarray", _ -> new NumpyArray())
        .allow("numpy", "dtype", KnownGlobals::type);
    for (var core : NUMPY) {
      unpickler
          .allow(core + ".multiarray", "_reconstruct", _ -> new NumpyArray())
          .allow(core + ".multiarray", "scalar", KnownGlobals::scalar)
          .allow(core + ".numeric", "_frombuffer", KnownGlobals::fromBuffer);
    }
    return unpickler;
  }

  private static Object encode(PyTuple a) {
    if (a.size() == 2 && a.get(0) instanceof String text && a.get(1) instanceof String codec) {
      if (!codec.equals("latin1") && !codec.equals("latin-1")) {
        throw new IllegalArgumentException("codec " + codec + ", expected latin1");
      }
      if (text.chars().anyMatch(c -> c > 0xFF)) {
        throw new IllegalArgumentException("text beyond latin1");
      }
      return PyBytes.of(text.getBytes(ISO_8859_1));
    }
    throw new IllegalArgumentException("expected a text and a codec");
  }

  private static Object bytes(PyTuple a) {
    if (a.size() == 0) {
      return PyBytes.of(new byte[0]);
    }
    if (a.get(0) instanceof PyBytes bytes) {
      return bytes;
    }
    return encode(a);
  }

  private static NumpyType type(PyTuple a) {
    if (a.size() >= 1) {
      if (a.get(0) instanceof String code) {
        return new NumpyType(code);
      }
      if (a.get(0) instanceof PyBytes code && code.size() <= 8) { // Python 2
        return new NumpyType(new String(code.toArray(), ISO_8859_1));
      }
    }
    throw new IllegalArgumentException("expected the code of an element type");
  }

  private static Object scalar(PyTuple a) {
    if (a.size() != 2
        || !(a.get(0) instanceof NumpyType type && a.get(1) instanceof PyBytes raw)
        || raw.size() != type.size()) {
      throw new IllegalArgumentException("expected an element type and its bytes");
    }
    byte[] bytes = raw.toArray();
    boolean signed = type.code().charAt(0) == 'i';
    long value = signed ? bytes[bytes.length - 1] : bytes[bytes.length - 1] & 0xFF;
    for (int i = bytes.length - 2; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xFF;
    }
    return switch (type.code()) {
      case "b1" -> value != 0;
      case "f2" -> (double) Float.float16ToFloat((short) value);
      case "f4" -> (double) Float.intBitsToFloat((int) value);
      case "f8" -> Double.longBitsToDouble(value);
      default -> value;
    };
  }

  private static Object fromBuffer(PyTuple a) {
    if (a.size() == 4
        && a.get(0) instanceof PyBytes data
        && a.get(1) instanceof NumpyType type
        && a.get(2) instanceof PyTuple shape) {
      return new NumpyArray(type, NumpyArray.longs(shape), data);
    }
    throw new IllegalArgumentException("expected a buffer, an element type and a shape");
  }
}
