package org.kanface.bench.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import org.kanface.bench.Engine;
import org.kanface.bench.Workload;
import org.kanface.kernels.Workers;

/// PyTorch through DJL, at the forward pass of kernels. Its natives come from Maven, never from
/// elsewhere; contiguous NCHW, since DJL has no other format.
public final class TorchEngine implements Engine {
  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public boolean has(String what) {
    return TorchOps.ALL.containsKey(what);
  }

  @Override
  public Workload open(String what) {
    TorchOps.Op op = TorchOps.ALL.get(what);
    if (op == null) {
      throw new IllegalArgumentException("PyTorch has no row " + what);
    }
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty(
        "DJL_CACHE_DIR", Path.of("bench", "target", "djl").toAbsolutePath().toString());
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(Workers.threads()));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    NDManager operands = NDManager.newBaseManager("PyTorch");
    Runnable work = op.on(dims -> operands.randomUniform(-1, 1, new Shape(dims), DataType.FLOAT32));
    return new Workload() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public void close() {
        operands.close();
      }
    };
  }
}
