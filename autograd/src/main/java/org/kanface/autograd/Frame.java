package org.kanface.autograd;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// What one application of an [Op] carries from its forward to its backward pass.
public final class Frame {
  private final Device device;
  private final DType dtype;
  private final List<Var> inputs;
  private final boolean recorded;
  private final List<Tensor> saved = new ArrayList<>();
  private @Nullable Tensor output;

  Frame(List<Var> inputs, boolean recorded) {
    Var first = inputs.getFirst();
    this.inputs = inputs;
    this.recorded = recorded;
    this.device = first.value().device();
    this.dtype = first.value().dtype();
  }

  /// The kernels for the first input's device and type.
  public Kernels kernels() {
    return device.kernels(dtype);
  }

  /// A tensor of undefined content, like the first input but for its shape. Whoever asks closes it,
  /// or hands it on.
  public Tensor empty(Shape shape) {
    return Tensor.empty(device, dtype, shape);
  }

  /// The same with another element type.
  public Tensor empty(DType type, Shape shape) {
    return Tensor.empty(device, type, shape);
  }

  /// Keeps a tensor of the forward pass for the backward pass; the graph closes it. Returns it.
  public Tensor save(Tensor tensor) {
    saved.add(tensor);
    return tensor;
  }

  /// The `i`-th tensor that the forward pass saved.
  public Tensor saved(int i) {
    return saved.get(i);
  }

  /// Whether a backward pass will ask for any gradient.
  public boolean isRecorded() {
    return recorded;
  }

  /// Whether a backward pass will ask for the gradient of input `i`.
  public boolean needs(int i) {
    return recorded && inputs.get(i).requiresGrad();
  }

  /// The output's value, for ops that say so in [Op#readsOutput()].
  public Tensor output() {
    if (output == null) {
      throw new IllegalStateException("the op does not declare readsOutput()");
    }
    return output;
  }

  void output(Tensor value) {
    output = value;
  }

  void close() {
    saved.forEach(Tensor::close);
    saved.clear();
  }
}
