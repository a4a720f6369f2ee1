package org.kanface.onnx;

import java.lang.foreign.Arena;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.nn.SafeTensors.Entry;
import org.kanface.nn.StateDict;
import org.kanface.tensor.Shape;

/// Turns ops, one by one as a network applies them, into nodes of a graph.
///
/// Images are NHWC inside the engine and NCHW in ONNX, convolution weights OHWI and OIHW. So a
/// value has up to two names, one in the order of axes inside and one in that outside; a
/// transposition is added when a node first asks for the order that is not there. Parameters and
/// buffers are constants under their state-dict keys and in the shapes they have there.
final class Trace {
  private static final int[] OUTWARD = {0, 3, 1, 2};
  private static final int[] INWARD = {0, 2, 3, 1};

  private final OnnxGraph graph;
  private final long batch;
  private final IdentityHashMap<Var, Value> values = new IdentityHashMap<>();
  private final IdentityHashMap<Var, String> keys = new IdentityHashMap<>();
  private final IdentityHashMap<Var, Packing> packings = new IdentityHashMap<>();
  private final Map<String, Entry> entries;

  /// What a rule says its op's output is called, in which order of axes.
  record Named(String name, boolean outside) {
    static Named inside(String name) {
      return new Named(name, false);
    }

    static Named outside(String name) {
      return new Named(name, true);
    }
  }

  /// A tensor of the engine in the graph.
  private static final class Value {
    private final Shape shape; // inside
    private final boolean images; // depends on them, so that its first axis is the batch
    private @Nullable String inside;
    private @Nullable String outside;

    Value(Shape shape, boolean images) {
      this.shape = shape;
      this.images = images;
    }

    Value add(Named n) {
      if (n.outside) {
        outside = n.name;
      } else {
        inside = n.name;
      }
      return this;
    }
  }

  /// @param batch images that are traced with
  /// @param copies where parameters are copied to that do not lie in memory as they are written
  Trace(OnnxGraph graph, Module network, long batch, Arena copies) {
    this.graph = graph;
    this.batch = batch;
    entries = StateDict.of(network, copies);
    for (Map.Entry<String, Parameter> e : network.state().entrySet()) {
      keys.put(e.getValue().var(), e.getKey());
      packings.put(e.getValue().var(), e.getValue().packing());
    }
  }

  OnnxGraph graph() {
    return graph;
  }

  /// Says what the images are called.
  void input(Var images, Named name) {
    values.put(images, new Value(images.shape(), true).add(name));
  }

  /// Adds the nodes of an op that was just applied. Throws [OnnxException] where it has none, or
  /// mixes the images of a batch.
  void record(Op op, Var y) {
    graph.scope(scope(op));
    boolean images = op.inputs().stream().anyMatch(this::dependsOnImages);
    if (images && (y.shape().rank() == 0 || y.dim(0) != batch)) {
      throw new OnnxException(
          "cannot export %s → %s: its first axis is not the batch of %d images"
              .formatted(op.name(), y.shape(), batch));
    }
    var value = new Value(y.shape(), images);
    values.put(y, value); // first, since rules ask whether it depends on images
    value.add(Rules.apply(this, op, y));
  }

  /// The path of the layer that an op belongs to, from its first parameter.
  private String scope(Op op) {
    for (Var input : op.inputs()) {
      String key = keys.get(input);
      if (key != null) {
        return key.substring(0, Math.max(0, key.lastIndexOf('.')));
      }
    }
    return "";
  }

  boolean dependsOnImages(Var v) {
    Value value = values.get(v);
    return value != null && value.images;
  }

  /// The sizes of a traced value for a Reshape: the batch is whatever it will be.
  long[] sizes(Var y) {
    return sizes(y, y.shape());
  }

  /// The same for `shape`, another one of `y`'s elements with the same first axis.
  long[] sizes(Var y, Shape shape) {
    long[] dims = shape.toArray();
    if (dependsOnImages(y)) {
      dims[0] = -1;
    }
    return dims;
  }

  // ---- names ----------------------------------------------------------------------------------

  /// The name in the engine's order of axes.
  String inside(Var v) {
    Value value = value(v);
    if (value.inside == null) {
      String outside = Objects.requireNonNull(value.outside);
      Packing packing = packings.get(v);
      value.inside =
          packing == null
              ? graph.transpose(outside, INWARD)
              : graph.transpose(
                  outside, packing.order().stream().mapToInt(Integer::intValue).toArray());
    }
    return value.inside;
  }

  /// The name of images with channels before rows and columns; of what is repeated along images,
  /// with axes of size 1 in front. Rank 4 at most.
  String outside(Var v) {
    Value value = value(v);
    if (value.outside == null) {
      value.outside = value.shape.rank() == 4 ? transposed(v) : padded(v);
    }
    return value.outside;
  }

  private String transposed(Var v) {
    Shape s = v.shape();
    return s.dim(1) * s.dim(2) == 1 // one pixel: the same in memory
        ? graph.reshape(inside(v), sizes(v, Shape.of(s.dim(0), s.dim(3), 1, 1)))
        : graph.transpose(inside(v), OUTWARD);
  }

  private String padded(Var v) {
    var dims = new long[] {1, 1, 1, 1};
    long[] own = v.shape().toArray();
    System.arraycopy(own, 0, dims, 4 - own.length, own.length);
    return own.length <= 1
        ? graph.reshape(inside(v), 1, dims[3], 1, 1)
        : graph.transpose(graph.reshape(inside(v), dims), OUTWARD);
  }

  String name(Var v, boolean outside) {
    return outside ? outside(v) : inside(v);
  }

  /// Whether a function of each element of these is best computed with channels first: all images
  /// are there in that order.
  boolean isOutside(Var... operands) {
    boolean any = false;
    for (Var v : operands) {
      Value value = value(v);
      if (value.shape.rank() == 4 && !v.isLeaf()) {
        if (value.outside == null) {
          return false;
        }
        any = true;
      } else if (value.images || value.shape.rank() > 4) {
        return false;
      }
    }
    return any;
  }

  private Value value(Var v) {
    return values.computeIfAbsent(v, this::constant);
  }

  /// A parameter or buffer, or a tensor that the network made of nothing but numbers.
  private Value constant(Var v) {
    var value = new Value(v.shape(), false);
    String key = keys.get(v);
    if (key == null) { // read now: it is freed soon
      return value.add(Named.inside(graph.floats(v.name(), v.shape(), v.value().toFloats())));
    }
    Entry entry = Objects.requireNonNull(entries.get(key));
    boolean same = Objects.requireNonNull(packings.get(v)).isPlain();
    return value.add(new Named(graph.constant(key, entry), !same));
  }
}
