package org.kanface.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;

/// An n-dimensional array: a [Layout] over pooled memory of a [Device].
///
/// Its lifetime is explicit: whoever holds a tensor closes it. Views hold the memory too, so they
/// may outlive the tensor that they were made from.
public final class Tensor implements AutoCloseable {
  private final Storage storage;
  private final Layout layout;
  private final DType dtype;
  private boolean closed;

  private Tensor(Storage storage, Layout layout, DType dtype) {
    this.storage = storage;
    this.layout = layout;
    this.dtype = dtype;
  }

  /// Undefined content.
  public static Tensor empty(Device device, DType dtype, Shape shape) {
    var storage = new Storage(device, Math.multiplyExact(shape.numel(), (long) dtype.bytes()));
    return new Tensor(storage, Layout.contiguous(shape), dtype);
  }

  /// All elements `value`; floating types only.
  public static Tensor full(Device device, DType dtype, Shape shape, double value) {
    Tensor t = empty(device, dtype, shape);
    t.fill(value);
    return t;
  }

  public static Tensor zeros(Device device, DType dtype, Shape shape) {
    return full(device, dtype, shape, 0);
  }

  /// float32 values in row-major order; throws [ShapeException] where their number differs.
  public static Tensor of(Device device, Shape shape, float... values) {
    checkCount(shape, values.length);
    Tensor t = empty(device, DType.F32, shape);
    t.write(MemorySegment.ofArray(values));
    return t;
  }

  /// float64 values in row-major order.
  public static Tensor ofDoubles(Device device, Shape shape, double... values) {
    checkCount(shape, values.length);
    Tensor t = empty(device, DType.F64, shape);
    t.write(MemorySegment.ofArray(values));
    return t;
  }

  /// I64 values in row-major order.
  public static Tensor ofLongs(Device device, Shape shape, long... values) {
    checkCount(shape, values.length);
    Tensor t = empty(device, DType.I64, shape);
    t.write(MemorySegment.ofArray(values));
    return t;
  }

  private static void checkCount(Shape shape, int count) {
    Check.that(
        shape.numel() == count,
        "tensor",
        "%s holds %d values, got %d",
        shape,
        shape.numel(),
        count);
  }

  public Shape shape() {
    return layout.shape();
  }

  public Layout layout() {
    return layout;
  }

  public DType dtype() {
    return dtype;
  }

  public Device device() {
    return storage.device();
  }

  public long numel() {
    return layout.shape().numel();
  }

  public long byteSize() {
    return numel() * dtype.bytes();
  }

  /// The kernels that work on this tensor.
  public Kernels kernels() {
    return device().kernels(dtype);
  }

  /// Whether another tensor looks at the same memory, so that writing here would show there.
  public boolean isShared() {
    return storage.isShared();
  }

  /// The elements' memory, from the first one on, for kernels. Throws [ShapeException] unless
  /// contiguous.
  public Memory memory() {
    Check.that(layout.isContiguous(), "memory", "%s is not contiguous", layout);
    return from(layout.offset(), numel());
  }

  /// The memory from the view's first element to the end of the block, for kernels that take
  /// strides.
  public Memory stridedMemory() {
    live();
    long at = layout.offset() * dtype.bytes();
    return storage.memory().slice(at, storage.memory().byteSize() - at);
  }

  private Memory from(long element, long count) {
    live();
    return storage.memory().slice(element * dtype.bytes(), count * dtype.bytes());
  }

  private void live() {
    if (closed) {
      throw new IllegalStateException("[tensor] " + shape() + " is used after it was closed");
    }
  }

  // ---- views ----------------------------------------------------------------------------------

  private Tensor view(Layout next) {
    live();
    storage.retain();
    return new Tensor(storage, next, dtype);
  }

  /// Another handle on the same elements.
  public Tensor retain() {
    return view(layout);
  }

  /// The same elements in other sizes; throws [ShapeException] unless contiguous and of equal
  /// number.
  public Tensor reshape(Shape shape) {
    return view(layout.reshape(shape));
  }

  public Tensor permute(int... order) {
    return view(layout.permute(order));
  }

  public Tensor slice(int axis, long from, long to) {
    return view(layout.slice(axis, from, to));
  }

  public Tensor broadcastTo(Shape shape) {
    return view(layout.broadcastTo(shape));
  }

  /// This tensor where it is contiguous, else a contiguous copy; to be closed either way.
  public Tensor contiguous() {
    return layout.isContiguous() ? retain() : copy();
  }

  /// A contiguous copy in memory of its own.
  public Tensor copy() {
    Tensor t = empty(device(), dtype, shape());
    t.copyFrom(this);
    return t;
  }

  /// A contiguous copy on another device.
  public Tensor to(Device target) {
    Tensor t = empty(target, dtype, shape());
    try (Tensor packed = contiguous()) {
      boolean here = storage.memory() instanceof HostMemory;
      Device mover = here ? target : device(); // the one that knows both memories
      mover.copy(packed.memory(), t.memory(), byteSize());
    }
    return t;
  }

  // ---- content --------------------------------------------------------------------------------

  /// Sets all elements of a contiguous floating tensor.
  public void fill(double value) {
    kernels().elementwise().fill(numel(), value, memory());
  }

  /// Copies elements from a tensor of the same shape, type and device; both may be views.
  public void copyFrom(Tensor source) {
    Check.that(
        source.shape().equals(shape()) && source.dtype == dtype && source.device() == device(),
        "copy",
        "%s to %s: expected equal shapes, types and devices",
        source,
        this);
    if (layout.isContiguous() && source.layout.isContiguous()) {
      device().copy(source.memory(), memory(), byteSize());
    } else {
      var walk = Strided.of(shape().toArray(), source.layout.strides(), layout.strides());
      kernels().elementwise().copy(walk, source.stridedMemory(), stridedMemory());
    }
  }

  /// Overwrites a contiguous tensor with raw host bytes of the same length.
  public void write(MemorySegment source) {
    Check.that(
        source.byteSize() == byteSize(),
        "write",
        "%s %s holds %d bytes, got %d",
        dtype,
        shape(),
        byteSize(),
        source.byteSize());
    device().copy(HostMemory.of(source), memory(), byteSize());
  }

  /// Copies the elements, row-major, to raw host bytes of the same length.
  public void read(MemorySegment target) {
    Check.that(
        target.byteSize() == byteSize(),
        "read",
        "%s %s holds %d bytes, room for %d",
        dtype,
        shape(),
        byteSize(),
        target.byteSize());
    try (Tensor packed = contiguous()) {
      device().copy(packed.memory(), HostMemory.of(target), byteSize());
    }
  }

  /// All elements in row-major order, float32 or float64.
  public double[] toDoubles() {
    if (dtype == DType.F64) {
      var out = new double[Math.toIntExact(numel())];
      read(MemorySegment.ofArray(out));
      return out;
    }
    float[] floats = toFloats();
    var out = new double[floats.length];
    Arrays.setAll(out, i -> floats[i]);
    return out;
  }

  /// All elements of a float32 tensor in row-major order.
  public float[] toFloats() {
    expect(DType.F32);
    var out = new float[Math.toIntExact(numel())];
    read(MemorySegment.ofArray(out));
    return out;
  }

  /// All elements of an I64 tensor in row-major order.
  public long[] toLongs() {
    expect(DType.I64);
    var out = new long[Math.toIntExact(numel())];
    read(MemorySegment.ofArray(out));
    return out;
  }

  private void expect(DType type) {
    if (dtype != type) {
      throw new IllegalStateException("[tensor] expected " + type + ", this one is " + dtype);
    }
  }

  /// The only element; throws [ShapeException] where there are more or none.
  public double item() {
    Check.that(numel() == 1, "item", "%s: expected one element", shape());
    return toDoubles()[0];
  }

  /// Whether all elements are finite.
  public boolean isFinite() {
    try (Tensor packed = contiguous()) {
      return kernels().reduce().allFinite(numel(), packed.memory());
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      storage.release();
    }
  }

  @Override
  public String toString() {
    return dtype + " " + shape() + " on " + device();
  }
}
