package org.kanface.tools.ptx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;
import org.kanface.tools.ptx.ir.Function;
import org.kanface.tools.ptx.ir.Variable;

/// A kernel, ready to launch.
public final class SimKernel {
  private final SimDevice device;
  private final Function function;
  private final Linkage link;
  final Code code;

  SimKernel(SimDevice device, SimModule module, Function function, Linkage link) {
    this.device = device;
    this.function = function;
    this.link = link;
    this.code = link.kernel();
    link.check();
  }

  /// Its name in the PTX.
  public String name() {
    return function.name();
  }

  /// Sizes of the parameters in bytes, in order.
  public List<Integer> parameterBytes() {
    return function.parameters().stream().map(v -> (int) v.size()).toList();
  }

  /// Where each parameter begins in the piece that holds them all.
  public List<Long> parameterOffsets() {
    return LongStream.of(code.parameterOffsets)
        .limit(function.parameters().size())
        .boxed()
        .toList();
  }

  /// Bytes of static shared memory.
  public int sharedBytes() {
    return link.sharedBytes();
  }

  Linkage link() {
    return link;
  }

  Function function() {
    return function;
  }

  /// Runs the kernel and waits for it.
  ///
  /// @param shared bytes of dynamic shared memory
  /// @param arguments one for each parameter: `Integer`, `Long` (also addresses), `Float`,
  ///     `Double`, `byte[]` (a structure), `Short`, `Byte`
  /// @throws Fault if the kernel does what a GPU would stop it for
  /// @throws IllegalArgumentException if the launch cannot be
  public LaunchReport launch(Dim3 grid, Dim3 block, int shared, Object... arguments) {
    return launch(grid, block, shared, pack(arguments));
  }

  /// Like the other, with all parameters in one piece, laid out as in C.
  public LaunchReport launch(Dim3 grid, Dim3 block, int shared, MemorySegment parameters) {
    return new Launch(device, this, grid, block, shared, parameters).run();
  }

  private MemorySegment pack(Object[] arguments) {
    List<Variable> wanted = function.parameters();
    if (arguments.length != wanted.size()) {
      throw new IllegalArgumentException(
          "'%s' has %d parameters, got %d arguments."
              .formatted(name(), wanted.size(), arguments.length));
    }
    var bytes = MemorySegment.ofArray(new long[(int) (parameterEnd() + 7) / 8]);
    for (int n = 0; n < arguments.length; n++) {
      byte[] value = bytes(arguments[n]);
      Variable v = wanted.get(n);
      if (value.length != v.size()) {
        throw new IllegalArgumentException(
            "'%s', argument %d: the parameter has %d bytes, the argument %d."
                .formatted(name(), n + 1, v.size(), value.length));
      }
      MemorySegment.copy(
          value, 0, bytes, ValueLayout.JAVA_BYTE, code.parameterOffsets[n], value.length);
    }
    return bytes;
  }

  /// Where the parameters end.
  public long parameterEnd() {
    int n = function.parameters().size();
    return n == 0 ? 0 : code.parameterOffsets[n - 1] + function.parameters().get(n - 1).size();
  }

  private static byte[] bytes(Object argument) {
    long bits;
    int size;
    switch (argument) {
      case Byte v -> {
        bits = v;
        size = 1;
      }
      case Short v -> {
        bits = v;
        size = 2;
      }
      case Integer v -> {
        bits = v;
        size = 4;
      }
      case Float v -> {
        bits = Float.floatToRawIntBits(v);
        size = 4;
      }
      case Long v -> {
        bits = v;
        size = 8;
      }
      case Double v -> {
        bits = Double.doubleToRawLongBits(v);
        size = 8;
      }
      case byte[] v -> {
        return v;
      }
      default ->
          throw new IllegalArgumentException(
              "an argument of type " + argument.getClass().getName() + " is not supported.");
    }
    var bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (bits >>> 8 * i);
    }
    return bytes;
  }
}
