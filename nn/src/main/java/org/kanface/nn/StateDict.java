package org.kanface.nn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.tensor.Tensor;

/// A module's parameters and buffers under PyTorch's names and shapes, to and from safetensors.
public final class StateDict {
  private StateDict() {}

  /// All entries of `module`, float32 (integer buffers as they are), in state-dict order.
  public static SequencedMap<String, SafeTensors.Entry> of(Module module) {
    return of(module, Arena.ofAuto());
  }

  /// The same, copies made in `copies` where entries do not lie in memory as they are to be
  /// written.
  public static SequencedMap<String, SafeTensors.Entry> of(Module module, Arena copies) {
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    module.state().forEach((key, p) -> out.put(key, entry(p, copies)));
    return out;
  }

  private static SafeTensors.Entry entry(Parameter p, Arena copies) {
    Tensor value = p.var().value();
    if (value.dtype() == DType.I64) {
      return entry(value);
    }
    if (value.dtype() != DType.F32) {
      return SafeTensors.Entry.of(p.externalShape(), p.external());
    }
    if (p.packing().isPlain() && value.memory() instanceof HostMemory) {
      return entry(value);
    }
    MemorySegment data =
        copies.allocate(value.byteSize(), Float.BYTES); // arrays would fill the heap
    try (Tensor outside = p.packing().outside(value)) {
      outside.read(data);
    }
    return new SafeTensors.Entry(DType.F32, p.externalShape(), data);
  }

  /// A tensor as it lies in memory; on the host without a copy, so it must stay alive until it is
  /// written.
  public static SafeTensors.Entry entry(Tensor tensor) {
    if (tensor.memory() instanceof HostMemory host) {
      return new SafeTensors.Entry(tensor.dtype(), tensor.shape(), host.segment());
    }
    MemorySegment copy = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.byteSize())]);
    tensor.read(copy);
    return new SafeTensors.Entry(tensor.dtype(), tensor.shape(), copy);
  }

  /// Writes the module to a new file; not atomic.
  public static void save(Module module, Path path, Map<String, String> metadata)
      throws IOException {
    try (Arena copies = Arena.ofConfined()) {
      SafeTensors.write(path, of(module, copies), metadata);
    }
  }

  /// Loads every parameter and buffer of `module` from `entries`, strictly: throws [StateException]
  /// before anything is changed where a key is missing, unknown or of another shape. `source` names
  /// the file in messages.
  public static void load(Module module, Map<String, SafeTensors.Entry> entries, String source) {
    SequencedMap<String, Parameter> state = module.state();
    state.forEach(
        (key, p) -> {
          SafeTensors.Entry e = entries.get(key);
          if (e == null) {
            throw new StateException(source + " has no \"" + key + "\" " + p.externalShape());
          }
          if (!e.shape().equals(p.externalShape())) {
            throw new StateException(
                source
                    + ": \""
                    + key
                    + "\" is "
                    + e.shape()
                    + ", expected "
                    + p.externalShape()
                    + hint(key, e, p));
          }
        });
    for (String key : entries.keySet()) {
      if (!state.containsKey(key)) {
        throw new StateException(source + ": \"" + key + "\" belongs to another network");
      }
    }
    entries.forEach((key, e) -> fill(state.get(key), e));
  }

  private static void fill(@Nullable Parameter p, SafeTensors.Entry e) {
    Objects.requireNonNull(p); // every key was found above
    Tensor value = p.var().value();
    if (value.dtype() == DType.I64) {
      value.write(MemorySegment.ofArray(e.toLongs()));
    } else if (value.dtype() == DType.F32 && e.dtype() == DType.F32 && p.packing().isPlain()) {
      value.write(e.data()); // a large head need not pass through the heap
    } else {
      p.load(e.toFloats());
    }
  }

  /// A KAN head of another grid size is the usual reason for a wrong shape: say so.
  private static String hint(String key, SafeTensors.Entry found, Parameter wanted) {
    boolean coef = key.equals("coef") || key.endsWith(".coef");
    boolean grid = key.equals("grid") || key.endsWith(".grid");
    if ((!coef && !grid) || found.shape().rank() != wanted.externalShape().rank()) {
      return "";
    }
    long difference = found.shape().dim(-1) - wanted.externalShape().dim(-1);
    return difference == 0
        ? ""
        : " (its grid_size is "
            + Math.abs(difference)
            + (difference > 0 ? " larger" : " smaller")
            + " than this network's)";
  }
}
