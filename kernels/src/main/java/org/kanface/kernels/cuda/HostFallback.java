package org.kanface.kernels.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;

/// Families that have no kernels on this device yet: the host computes them on copies of the
/// blocks.
///
/// Blocks that overlap are copied as one, so that in-place work stays in place; what the host
/// changed goes back. Slow, and said once for each operation.
final class HostFallback {
  private final CudaContext context;
  private final Consumer<String> log;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  HostFallback(CudaContext context, Consumer<String> log) {
    this.context = context;
    this.log = log;
  }

  /// `family` computed by `host`; messages call it `name`.
  <T> T of(String name, Class<T> family, T host) {
    return family.cast(
        Proxy.newProxyInstance(
            family.getClassLoader(),
            new Class<?>[] {family},
            (_, method, arguments) -> call(name, host, method, arguments)));
  }

  private @Nullable Object call(
      String family, Object host, Method method, Object @Nullable [] arguments) throws Throwable {
    String operation = family + "." + method.getName();
    if (told.add(operation)) {
      log.accept(
          "not on this device yet: %s; the host computes it on copies (%s)"
              .formatted(operation, context));
    }
    Object[] given = arguments == null ? new Object[0] : arguments;
    try (var mirrors = new Mirrors()) {
      for (Object a : given) {
        mirrors.note(a);
      }
      mirrors.download();
      Object result = method.invoke(host, Arrays.stream(given).map(mirrors::mirror).toArray());
      mirrors.upload();
      return result;
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /// A stretch of device memory, and what it held before the call.
  private static final class Mirror implements AutoCloseable {
    final long end;
    final CudaMemory device;
    final HostMemory host;
    final HostMemory before;

    Mirror(CudaMemory device) {
      this.device = device;
      end = device.pointer().address() + device.byteSize();
      host = HostMemory.allocate(device.byteSize());
      before = HostMemory.allocate(device.byteSize());
    }

    @Override
    public void close() {
      host.close();
      before.close();
    }
  }

  /// All device blocks of a call, by address.
  private final class Mirrors implements AutoCloseable {
    private final TreeMap<Long, CudaMemory> noted = new TreeMap<>();
    private final TreeMap<Long, Mirror> mirrors = new TreeMap<>();

    /// Finds the blocks in an argument: a block itself, or a record's component.
    void note(@Nullable Object argument) {
      if (argument instanceof Memory memory) {
        CudaMemory m = context.mine(memory);
        noted.merge(m.pointer().address(), m, (a, b) -> a.byteSize() >= b.byteSize() ? a : b);
      } else if (argument instanceof Record r) {
        for (RecordComponent c : r.getClass().getRecordComponents()) {
          note(value(r, c));
        }
      }
    }

    void download() {
      for (var n : noted.entrySet()) {
        long from = n.getKey();
        long to = from + n.getValue().byteSize();
        var below = mirrors.lastEntry();
        if (below != null && below.getValue().end > from) { // overlaps
          Mirror other = below.getValue();
          CudaMemory whole = other.device;
          if (to > other.end) {
            whole = whole.widened(to - below.getKey());
          }
          other.close();
          mirrors.put(below.getKey(), new Mirror(whole));
        } else {
          mirrors.put(from, new Mirror(n.getValue()));
        }
      }
      for (Mirror m : mirrors.values()) {
        context.copy(m.device, m.host, m.device.byteSize());
        MemorySegment.copy(m.host.segment(), 0, m.before.segment(), 0, m.device.byteSize());
      }
    }

    void upload() {
      for (Mirror m : mirrors.values()) {
        if (m.host.segment().mismatch(m.before.segment()) >= 0) {
          context.copy(m.host, m.device, m.device.byteSize());
        }
      }
    }

    @Override
    public void close() {
      mirrors.values().forEach(Mirror::close);
    }

    @Nullable Object mirror(@Nullable Object argument) {
      if (argument instanceof Memory memory) {
        CudaMemory m = context.mine(memory);
        long from = m.pointer().address();
        var whole = mirrors.floorEntry(from);
        return whole.getValue().host.slice(from - whole.getKey(), m.byteSize());
      }
      if (argument instanceof Record r && holdsMemory(r)) {
        return rebuilt(r);
      }
      return argument;
    }

    private boolean holdsMemory(Record r) {
      for (RecordComponent c : r.getClass().getRecordComponents()) {
        Object value = value(r, c);
        if (value instanceof Memory || value instanceof Record inner && holdsMemory(inner)) {
          return true;
        }
      }
      return false;
    }

    private Object rebuilt(Record r) {
      RecordComponent[] components = r.getClass().getRecordComponents();
      try {
        Constructor<?> constructor =
            r.getClass()
                .getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
        return constructor.newInstance(
            Arrays.stream(components).map(c -> mirror(value(r, c))).toArray());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a copy of " + r + " cannot be made", e);
      }
    }

    private @Nullable Object value(Record r, RecordComponent c) {
      try {
        return c.getAccessor().invoke(r);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("component " + c.getName() + " cannot be read", e);
      }
    }
  }
}
