package org.kanface.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.kanface.data.proto.ProtoWriter;
import org.kanface.kernels.DType;
import org.kanface.nn.SafeTensors.Entry;
import org.kanface.tensor.Shape;

/// Collects the nodes, constants, inputs and outputs of an ONNX graph and puts the model file
/// together. Values are named; [#node] returns the name of what a node computes.
///
/// Opset 17, the first with layer norm; files are of IR version 8. Numbers of fields are those of
/// `onnx.proto` (github.com/onnx/onnx).
final class OnnxGraph {
  static final int OPSET = 17;

  private static final int IR_VERSION = 8;
  private static final int FLOAT = 1; // TensorProto.DataType
  private static final int INT64 = 7;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat REAL =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ProtoWriter body = new ProtoWriter();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, String> constants = new HashMap<>(); // content → name
  private String scope = "";
  private int nodes;

  /// Puts the nodes that follow under a name, such as a layer's path; empty for none.
  void scope(String path) {
    scope = path;
  }

  int nodes() {
    return nodes;
  }

  /// Adds a node with one output and returns that output's name.
  String node(String op, String... inputs) {
    return node(op, Map.of(), inputs);
  }

  /// The same with attributes: a `Long`, `Float`, `String` or `long[]` each.
  String node(String op, Map<String, ?> attributes, String... inputs) {
    String name = unique((scope.isEmpty() ? "" : scope + "/") + op);
    named(name, op, attributes, inputs);
    return name;
  }

  /// Adds a node whose output gets a name that is fixed.
  void named(String output, String op, Map<String, ?> attributes, String... inputs) {
    names.add(output);
    var node = new ProtoWriter();
    for (String input : inputs) {
      node.string(1, input);
    }
    node.string(2, output).string(3, output).string(4, op);
    new TreeMap<>(attributes).forEach((key, value) -> node.message(5, attribute(key, value)));
    body.message(1, node);
    nodes++;
  }

  private static ProtoWriter attribute(String name, Object value) {
    var attribute = new ProtoWriter().string(1, name);
    return switch (value) {
      case Float f -> attribute.float32(2, f).int64(20, 1);
      case Long i -> attribute.int64(3, i).int64(20, 2);
      case String s -> attribute.string(4, s).int64(20, 3);
      case long[] ints -> attribute.packedInt64(8, ints).int64(20, 7);
      default -> throw new IllegalArgumentException(name + ": no attribute of " + value.getClass());
    };
  }

  /// Adds a constant under a name of its own, float32 or I64.
  String constant(String name, Entry tensor) {
    String unique = unique(name);
    boolean floats = tensor.dtype() == DType.F32;
    if (!floats && tensor.dtype() != DType.I64) {
      throw new OnnxException("%s: cannot export %s".formatted(name, tensor.dtype()));
    }
    body.message(
        5,
        new ProtoWriter()
            .packedInt64(1, tensor.shape().toArray())
            .int64(2, floats ? FLOAT : INT64)
            .string(8, unique)
            .bytes(9, tensor.data()));
    return unique;
  }

  /// A list of integers (a shape, axes) as a constant; equal ones are one.
  String integers(long... values) {
    return constants.computeIfAbsent(
        "integers " + Arrays.toString(values),
        _ -> {
          MemorySegment data = MemorySegment.ofArray(new byte[Long.BYTES * values.length]);
          for (int i = 0; i < values.length; i++) {
            data.set(LONG, 8L * i, values[i]);
          }
          return constant("integers", new Entry(DType.I64, Shape.of(values.length), data));
        });
  }

  /// A scalar as a constant; equal ones are one.
  String number(double value) {
    return constants.computeIfAbsent(
        "number " + (float) value, _ -> floats("number", Shape.SCALAR, (float) value));
  }

  /// Floats as a constant.
  String floats(String name, Shape shape, float... values) {
    MemorySegment data = MemorySegment.ofArray(new byte[Float.BYTES * values.length]);
    for (int i = 0; i < values.length; i++) {
      data.set(REAL, 4L * i, values[i]);
    }
    return constant(name, new Entry(DType.F32, shape, data));
  }

  // ---- nodes that many ops are made of --------------------------------------------------------

  String transpose(String x, int... order) {
    long[] perm = Arrays.stream(order).asLongStream().toArray();
    return node("Transpose", Map.of("perm", perm), x);
  }

  /// `-1` is what is left, 0 the size that the axis has.
  String reshape(String x, long... dims) {
    return node("Reshape", x, integers(dims));
  }

  String unsqueeze(String x, long axis) {
    return node("Unsqueeze", x, integers(axis));
  }

  /// Elements `from … to - 1` of an axis.
  String slice(String x, long axis, long from, long to) {
    return node("Slice", x, integers(from), integers(to), integers(axis));
  }

  // ---- the file -------------------------------------------------------------------------------

  /// A float32 input whose first axis is the batch, of any size; the others are `dims`.
  void input(String name, long... dims) {
    names.add(name);
    body.message(11, batchOf(name, dims));
  }

  /// The same of an output.
  void output(String name, long... dims) {
    body.message(12, batchOf(name, dims));
  }

  private static ProtoWriter batchOf(String name, long... dims) {
    var shape = new ProtoWriter().message(1, new ProtoWriter().string(2, "batch"));
    LongStream.of(dims).forEach(d -> shape.message(1, new ProtoWriter().int64(1, d)));
    var tensor = new ProtoWriter().int64(1, FLOAT).message(2, shape);
    return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensor));
  }

  /// The model file's content. The graph must not grow afterwards.
  ProtoWriter model(String graphName, Map<String, String> metadata) {
    var model =
        new ProtoWriter()
            .int64(1, IR_VERSION)
            .string(2, "kanface")
            .message(7, body.string(2, graphName))
            .message(8, new ProtoWriter().string(1, "").int64(2, OPSET));
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> model.message(14, new ProtoWriter().string(1, key).string(2, value)));
    return model;
  }

  private String unique(String name) {
    String candidate = name;
    while (!names.add(candidate)) {
      candidate = name + "." + counts.merge(name, 1, Integer::sum);
    }
    return candidate;
  }
}
