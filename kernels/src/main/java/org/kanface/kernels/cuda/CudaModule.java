package org.kanface.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadDataEx;
import static org.kanface.kernels.cuda.CudaException.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import org.jspecify.annotations.Nullable;

/// The kernels of one family: PTX from the resources, for the newest compute capability that the
/// device has.
final class CudaModule {
  private static final int[] TARGETS = {90, 80, 75}; // newest first

  private final CudaContext context;
  private final String family;
  private final CUmodule module = new CUmodule();
  private final Map<String, PtxParameters> parameters;
  private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();

  /// A kernel and the sizes of its parameters.
  record Kernel(String name, CUfunction function, PtxParameters parameters) {}

  CudaModule(CudaContext context, String family) {
    this.context = context;
    this.family = family;
    String resource = resource(family, context.capability());
    if (resource == null) {
      throw new IllegalStateException(
          "there are no kernels of family '%s' for compute capability %d.%d"
              .formatted(family, context.capability() / 10, context.capability() % 10));
    }
    String ptx = read(resource);
    parameters = PtxParameters.of(ptx);
    context.enter();
    byte[] bytes = (ptx + '\0').getBytes(StandardCharsets.US_ASCII);
    var image = Pointer.to(ByteBuffer.allocateDirect(bytes.length).put(bytes).rewind());
    check(
        cuModuleLoadDataEx(module, image, 0, new int[0], Pointer.to(new Pointer[0])),
        "loading %s on %s",
        resource,
        context);
  }

  private static @Nullable String resource(String family, int capability) {
    for (int target : TARGETS) {
      String name = "%s.compute_%d.ptx".formatted(family, target);
      if (target <= capability && CudaModule.class.getResource(name) != null) {
        return name;
      }
    }
    return null;
  }

  private static String read(String resource) {
    try (var in = CudaModule.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }

  /// A launch of the kernel `name`, to be described further.
  Launch launch(String name) {
    return new Launch(context, kernels.computeIfAbsent(name, this::kernel));
  }

  private Kernel kernel(String name) {
    PtxParameters sizes = parameters.get(name);
    if (sizes == null) {
      throw new IllegalArgumentException(
          "there is no kernel '%s' in family '%s'".formatted(name, family));
    }
    var function = new CUfunction();
    context.enter();
    check(cuModuleGetFunction(function, module, name), "finding kernel %s", name);
    return new Kernel(name, function, sizes);
  }
}
