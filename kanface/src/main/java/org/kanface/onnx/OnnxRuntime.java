package org.kanface.onnx;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Workers;

/// ONNX Runtime, if it is on the class path. It is called by name, so that nothing needs its 54 MB
/// to be built or run; `ai.onnxruntime` 1.29 is what the calls were written for.
final class OnnxRuntime {
  private static final String HOW =
      "mvn dependency:get -Dartifact=com.microsoft.onnxruntime:onnxruntime:1.29.0 fetches it, and"
          + " kanface/kanface finds it there; KANFACE_ONNXRUNTIME=FILE.jar names another";

  static final String ABSENT = "ONNX Runtime is not on the class path; " + HOW;

  private static final String PACKAGE = "ai.onnxruntime.";

  private OnnxRuntime() {}

  /// Whether its classes are there.
  static boolean isPresent() {
    try {
      Class.forName(PACKAGE + "OrtEnvironment", false, OnnxRuntime.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException _) {
      return false;
    }
  }

  /// A loaded file. Not for several threads at once.
  static final class Session implements AutoCloseable {
    private final Object environment;
    private final Object session;
    private final String file;

    private Session(Object environment, Object session, String file) {
      this.environment = environment;
      this.session = session;
      this.file = file;
    }

    /// What the file says about itself.
    Map<String, String> metadata() {
      Object metadata = call(session, "getMetadata");
      var out = new LinkedHashMap<String, String>();
      if (call(metadata, "getCustomMetadata") instanceof Map<?, ?> custom) {
        custom.forEach((k, v) -> out.put(String.valueOf(k), String.valueOf(v)));
      }
      return out;
    }

    /// Runs the network on one input in row-major order and returns its first output likewise.
    float[] run(String input, FloatBuffer values, long... dims) {
      try (var tensor = new Closing(tensor(values, dims));
          var results =
              new Closing(
                  call(session, "run", new Class<?>[] {Map.class}, Map.of(input, tensor.value)))) {
        Object first = call(results.value, "get", new Class<?>[] {int.class}, 0);
        if (!(call(first, "getFloatBuffer") instanceof FloatBuffer buffer)) {
          throw new OnnxException(file + ": its first output is not of type float32");
        }
        var out = new float[buffer.remaining()];
        buffer.get(out);
        return out;
      }
    }

    private Object tensor(FloatBuffer values, long[] dims) {
      Class<?> owner = named("OnnxTensor");
      Class<?>[] types = {named("OrtEnvironment"), FloatBuffer.class, long[].class};
      return Objects.requireNonNull(
          invoke(method(owner, "createTensor", types), null, environment, values, dims));
    }

    @Override
    public void close() {
      invoke(method(session.getClass(), "close"), session);
    }
  }

  /// Loads a file. Throws [OnnxException] where ONNX Runtime is absent or refuses it.
  static Session open(Path path) {
    if (!isPresent()) {
      throw new OnnxException(ABSENT);
    }
    Method environments = method(named("OrtEnvironment"), "getEnvironment");
    Object environment = Objects.requireNonNull(invoke(environments, null));
    Class<?> options = named("OrtSession$SessionOptions");
    try (var settings = new Closing(create(options))) {
      Class<?>[] count = {int.class};
      invoke(method(options, "setIntraOpNumThreads", count), settings.value, Workers.threads());
      Object session =
          call(
              environment,
              "createSession",
              new Class<?>[] {String.class, options},
              path.toString(),
              settings.value);
      return new Session(environment, session, path.toString());
    }
  }

  /// Something of ONNX Runtime's that is closed by its `close` method.
  private record Closing(Object value) implements AutoCloseable {
    @Override
    public void close() {
      invoke(method(value.getClass(), "close"), value);
    }
  }

  private static Object call(Object target, String method) {
    return call(target, method, new Class<?>[0]);
  }

  private static Object call(Object target, String name, Class<?>[] types, Object... arguments) {
    Method method = method(target.getClass(), name, types);
    return Objects.requireNonNull(invoke(method, target, arguments), name);
  }

  private static @Nullable Object invoke(
      Method method, @Nullable Object target, Object... arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw failed(e);
    } catch (IllegalAccessException e) {
      throw unknown(method.getName(), e);
    }
  }

  private static Object create(Class<?> type) {
    try {
      return type.getConstructor().newInstance();
    } catch (InvocationTargetException e) {
      throw failed(e);
    } catch (ReflectiveOperationException e) {
      throw unknown(type.getSimpleName(), e);
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(PACKAGE + name, true, OnnxRuntime.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw unknown(name, e);
    } catch (LinkageError e) {
      throw new OnnxException("ONNX Runtime cannot load its native library: " + e.getMessage(), e);
    }
  }

  private static Method method(Class<?> owner, String name, Class<?>... types) {
    try {
      return owner.getMethod(name, types);
    } catch (NoSuchMethodException e) {
      throw unknown(name, e);
    }
  }

  private static OnnxException unknown(String what, ReflectiveOperationException e) {
    return new OnnxException("this ONNX Runtime has no " + what + "; " + HOW, e);
  }

  private static OnnxException failed(InvocationTargetException e) {
    String message = String.valueOf(e.getTargetException().getMessage());
    return new OnnxException("ONNX Runtime: " + message.strip().replaceAll("\\s+", " "), e);
  }
}
