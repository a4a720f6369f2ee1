package org.kanface.tools.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Loads a library whose functions are Java methods of the same names.
///
/// An object's method `int cuFoo(long, int)` becomes the C function `cuFoo`. What a method throws
/// never reaches C: [Failures] turns it into the status that the function returns. Functions that
/// return no status, a version or a text, return `long` and do not throw. All functions of all
/// libraries run one after the other: a simulated device is for one thread at a time.
final class Upcalls {
  /// What a function returns where its method throws, and where there is no method.
  interface Failures {
    int failed(String function, Throwable thrown);

    int refused(String function);
  }

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Map<Class<?>, MemoryLayout> LAYOUTS =
      Map.of(
          byte.class, ValueLayout.JAVA_BYTE,
          short.class, ValueLayout.JAVA_SHORT,
          int.class, ValueLayout.JAVA_INT,
          long.class, ValueLayout.JAVA_LONG,
          float.class, ValueLayout.JAVA_FLOAT,
          double.class, ValueLayout.JAVA_DOUBLE);

  private final Failures failures;
  private final Map<String, MethodHandle> implemented = new LinkedHashMap<>();

  Upcalls(Failures failures, Object... calls) {
    this.failures = failures;
    for (Object o : calls) {
      for (Method m : o.getClass().getDeclaredMethods()) {
        if (m.getName().startsWith("cu") && !m.isSynthetic()) {
          implemented.put(m.getName(), handle(o, m));
        }
      }
    }
  }

  /// Makes every name in `wanted` a function of a library called `soname`, for as long as the
  /// process lives; those without a method are refused by name. The file lies in `folder` for a
  /// moment.
  @SuppressWarnings("restricted")
  void load(Path folder, String soname, @Nullable String version, List<String> wanted)
      throws IOException {
    var functions = new ArrayList<>(implemented.keySet());
    var refused = wanted.stream().filter(name -> !implemented.containsKey(name)).toList();
    Path file = folder.resolve(soname);
    Files.write(file, new ElfLibrary(soname, version, functions, refused).bytes());
    System.load(file.toAbsolutePath().toString());
    // Found by its name from now on; the same library, so that its table can be reached from here.
    var slots =
        SymbolLookup.libraryLookup(file, Arena.global())
            .find(ElfLibrary.SLOTS)
            .orElseThrow()
            .reinterpret(8L * (functions.size() + 1));
    slots.setAtIndex(ValueLayout.ADDRESS, 0, stub(refusal(refused)));
    long next = 1;
    for (MethodHandle call : implemented.values()) {
      slots.setAtIndex(ValueLayout.ADDRESS, next++, stub(call));
    }
    Files.delete(file);
  }

  private MethodHandle handle(Object target, Method method) {
    try {
      MethodHandle call = LOOKUP.unreflect(method).bindTo(target);
      MethodHandle handler =
          LOOKUP
              .findVirtual(
                  Failures.class,
                  "failed",
                  MethodType.methodType(int.class, String.class, Throwable.class))
              .bindTo(failures)
              .bindTo(method.getName());
      MethodType failure = MethodType.methodType(returned(call), Throwable.class);
      return alone(MethodHandles.catchException(call, Throwable.class, handler.asType(failure)));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("method " + method + " cannot become a function", e);
    }
  }

  /// `call` while [#LOCK] is held.
  private static MethodHandle alone(MethodHandle call) throws ReflectiveOperationException {
    Class<?> result = returned(call);
    MethodHandle lock = LOOKUP.bind(LOCK, "lock", MethodType.methodType(void.class));
    MethodHandle unlock = LOOKUP.bind(LOCK, "unlock", MethodType.methodType(void.class));
    MethodHandle cleanup =
        MethodHandles.foldArguments(
            MethodHandles.dropArguments(MethodHandles.identity(result), 0, Throwable.class),
            unlock);
    return MethodHandles.tryFinally(MethodHandles.foldArguments(call, lock), cleanup);
  }

  private static Class<?> returned(MethodHandle call) {
    return call.type().returnType();
  }

  private MethodHandle refusal(List<String> refused) {
    try {
      return LOOKUP.bind(
          new Refusal(failures, refused), "call", MethodType.methodType(int.class, int.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the refusal cannot become a function", e);
    }
  }

  private record Refusal(Failures failures, List<String> names) {
    @SuppressWarnings("UnusedMethod") // found by its name
    int call(int number) {
      return failures.refused(names.get(number));
    }
  }

  @SuppressWarnings("restricted")
  private static MemorySegment stub(MethodHandle target) {
    var arguments =
        target.type().parameterList().stream().map(LAYOUTS::get).toArray(MemoryLayout[]::new);
    return Linker.nativeLinker()
        .upcallStub(
            target,
            FunctionDescriptor.of(LAYOUTS.get(returned(target)), arguments),
            Arena.global());
  }
}
