package org.kanface.kernels.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static org.kanface.kernels.cuda.CudaException.check;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;

/// A GPU in use: its primary context, one stream, and the modules loaded so far. Lives as long as
/// the process.
final class CudaContext {
  private static final int AMPERE = 80; // compute capability
  private static final int MOST_TAPES = 16;

  private final String name;
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final ThreadLocal<Boolean> entered = ThreadLocal.withInitial(() -> false);
  private final CudaStream stream;
  private final CUstream captures = new CUstream(); // where graphs catch calls
  private final Staging staging;
  private final int capability;
  private final int multiprocessors;
  private final Scratch scratch = new Scratch(this);
  private final Map<String, CudaModule> modules = new ConcurrentHashMap<>();
  private final Map<Object, CallTape> tapes =
      new LinkedHashMap<>(16, 0.75f, true) { // the least recently used goes
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, CallTape> eldest) {
          boolean tooMany = size() > MOST_TAPES;
          if (tooMany) {
            eldest.getValue().clear();
          }
          return tooMany;
        }
      };
  private final AtomicBoolean isTaped = new AtomicBoolean(); // the turn to run work on a tape
  private volatile @Nullable CallTape tape; // that runs
  private @Nullable DeviceTimes times;
  private @Nullable CudaBlas blas;
  private @Nullable CudaDnn dnn;

  /// @param backend `cuda` or `cuda-sim`, for messages
  CudaContext(String backend, int ordinal) {
    name = ordinal == 0 ? backend : backend + ":" + ordinal;
    check(cuDeviceGet(device, ordinal), "opening %s", name);
    check(cuDevicePrimaryCtxRetain(context, device), "opening %s", name);
    enter();
    stream = new CudaStream();
    check(cuStreamCreate(captures, CU_STREAM_NON_BLOCKING), "making a stream for graphs");
    staging = new Staging(this);
    capability =
        10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    multiprocessors = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  }

  private int attribute(int attribute) {
    var value = new int[1];
    check(cuDeviceGetAttribute(value, attribute, device), "attribute %d of %s", attribute, name);
    return value[0];
  }

  /// Makes this the calling thread's context; before every driver call.
  void enter() {
    if (!entered.get()) {
      check(cuCtxSetCurrent(context), "using %s on thread %s", name, Thread.currentThread());
      entered.set(true);
    }
  }

  CudaStream stream() {
    return stream;
  }

  /// A stream on which nothing runs: what is enqueued there while it captures becomes a graph.
  CUstream captures() {
    return captures;
  }

  /// Enqueues a call, or leaves that to the tape of the work that it is part of.
  void enqueue(DeviceCall call) {
    enter();
    CallTape running = tape;
    if (running == null || !running.isMine()) {
      call.enqueue(stream.handle());
    } else {
      running.enqueue(call);
    }
  }

  /// Comes before everything that is no [DeviceCall]: a tape enqueues what it has.
  void flush() {
    enter();
    CallTape running = tape;
    if (running != null && running.isMine()) {
      running.flush();
    }
  }

  /// Runs work that enqueues the same calls whenever it comes under this key, with graphs of them;
  /// without, where other such work is running, or where times are measured.
  ///
  /// Only who has the turn looks a tape up, so that none is forgotten while it runs.
  void repeated(Object key, Runnable work) {
    if (times != null || !isTaped.compareAndSet(false, true)) {
      work.run();
      return;
    }
    try {
      enter();
      CallTape own = tapeOf(key);
      tape = own;
      own.run(work);
    } finally {
      tape = null;
      isTaped.set(false);
    }
  }

  private CallTape tapeOf(Object key) {
    synchronized (tapes) {
      return tapes.computeIfAbsent(key, _ -> new CallTape(this));
    }
  }

  /// What became of the work under this key; nothing where it is unknown.
  CallTape.Stats tapeStats(Object key) {
    synchronized (tapes) {
      CallTape known = tapes.get(key);
      return known == null ? new CallTape.Stats(0, 0, 0, 0, 0) : known.stats();
    }
  }

  Scratch scratch() {
    return scratch;
  }

  /// Compute capability times 10: 75, 80, 90, …
  int capability() {
    return capability;
  }

  /// Empty where its tensor cores multiply in `precision`, else why not.
  Optional<String> missing(Precision precision) {
    boolean needsAmpere = precision == Precision.TF32 || precision == Precision.BF16;
    return needsAmpere && capability < AMPERE
        ? Optional.of(
            "%s needs compute capability 8.0 or more, got %d.%d"
                .formatted(precision, capability / 10, capability % 10))
        : Optional.empty();
  }

  int multiprocessors() {
    return multiprocessors;
  }

  /// Measures every call on the stream; null where nobody wants to know.
  @Nullable DeviceTimes times() {
    return times;
  }

  void times(@Nullable DeviceTimes measured) {
    times = measured;
  }

  /// The GPU's name.
  String describe() {
    var text = new byte[256];
    check(cuDeviceGetName(text, text.length, device), "the name of %s", name);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.US_ASCII);
  }

  /// A new block; throws [OutOfMemoryError] that says how much was asked for and how much is free.
  CudaMemory allocate(long bytes) {
    enter();
    var pointer = new DevicePointer();
    long length = Math.max(bytes, 1);
    int status = cuMemAlloc(pointer, length);
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      scratch.trim();
      status = cuMemAlloc(pointer, length);
    }
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      var free = new long[1];
      var total = new long[1];
      check(cuMemGetInfo(free, total), "asking %s for its free memory", name);
      throw new OutOfMemoryError(
          "%s: %,d bytes asked for, %,d free of %,d".formatted(name, length, free[0], total[0]));
    }
    check(status, "[allocate] %,d bytes on %s", length, name);
    return new CudaMemory(this, pointer, length);
  }

  /// Copies between blocks of the host and of this device. A copy from the device is done when it
  /// returns; one from the host is enqueued, and its source may change.
  void copy(Memory source, Memory target, long bytes) {
    requireRoom("source", source, bytes);
    requireRoom("target", target, bytes);
    if (bytes == 0) {
      return;
    }
    if (source instanceof HostMemory from) {
      if (target instanceof HostMemory to) {
        to.segment().asSlice(0, bytes).copyFrom(from.segment().asSlice(0, bytes));
      } else {
        flush();
        upload(from.segment(), mine(target).pointer(), bytes);
      }
    } else if (target instanceof HostMemory to) {
      flush();
      stream.download(mine(source).pointer(), to.segment(), bytes);
    } else {
      enqueue(new CopyCall(mine(source).pointer(), mine(target).pointer(), bytes));
    }
  }

  private void upload(MemorySegment source, DevicePointer target, long bytes) {
    if (bytes <= Staging.LARGEST) {
      staging.upload(source, target, bytes);
    } else {
      stream.upload(source, target, bytes);
    }
  }

  /// Enqueues setting each of a block's first bytes to `value`.
  void fill(CudaMemory target, byte value, long bytes) {
    requireRoom("target", target, bytes);
    if (bytes > 0) {
      enqueue(new FillCall(target.pointer(), value, bytes));
    }
  }

  private static void requireRoom(String what, Memory memory, long bytes) {
    if (bytes < 0 || bytes > memory.byteSize()) {
      throw new IndexOutOfBoundsException(
          "[copy] %s: expected at least %,d bytes, got %,d"
              .formatted(what, bytes, memory.byteSize()));
    }
  }

  /// Throws [IllegalArgumentException] for memory of elsewhere.
  CudaMemory mine(Memory memory) {
    if (memory instanceof CudaMemory m && m.context() == this) {
      return m;
    }
    throw new IllegalArgumentException(
        "expected memory of %s, got %s"
            .formatted(name, memory instanceof HostMemory ? "the host's" : memory));
  }

  /// The kernels of a family, loaded when first asked for.
  CudaModule module(String family) {
    return modules.computeIfAbsent(family, f -> new CudaModule(this, f));
  }

  /// cuBLAS, started when first asked for.
  synchronized CudaBlas blas() {
    if (blas == null) {
      CudaDriver.load(NvidiaLibrary.CUBLAS, Natives.BLAS);
      blas = new CudaBlas(this);
    }
    return blas;
  }

  /// cuDNN, started when first asked for; throws [IllegalStateException] with one sentence where it
  /// is not installed.
  synchronized CudaDnn dnn() {
    if (dnn == null) {
      CudaDriver.load(NvidiaLibrary.CUDNN, Natives.DNN);
      dnn = new CudaDnn(this);
    }
    return dnn;
  }

  @Override
  public String toString() {
    return name;
  }
}
