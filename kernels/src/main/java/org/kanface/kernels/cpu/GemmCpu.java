package org.kanface.kernels.cpu;

import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Workers;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// Matrix products of float32 on the CPU.
///
/// How the work is cut depends on the shape alone, and the order of summation on `k` alone: results
/// are the same to the bit for every number of threads.
final class GemmCpu implements GemmKernels {
  private static final long TASK = 1L << 19; // multiply-adds worth a task: 4 µs of one core

  @Override
  public void gemm(Gemm shape, Memory a, Memory b, Memory c, Epilogue epilogue) {
    if (shape.m() == 0 || shape.n() == 0 || shape.batch().count() == 0) {
      return;
    }
    try (var address = new Address("gemm")) {
      long cSize = extent(shape, shape.m(), shape.n(), shape.ldc(), 'c');
      long cAt = address.output("c", c, cSize);
      var job =
          job(
              shape,
              address.input("a", a, extentA(shape)),
              address.input("b", b, extentB(shape)),
              cAt,
              epilogue(address, shape, epilogue, cAt, cSize));
      if (shape.batch().count() == 1) {
        GemmThreads.run(job);
      } else {
        batched(job, shape.batch());
      }
    }
  }

  private static GemmJob job(Gemm s, long a, long b, long c, GemmEpilogue epilogue) {
    long aRow = s.lda() * Float.BYTES;
    long bRow = s.ldb() * Float.BYTES;
    return new GemmJob(
        s.m(),
        s.n(),
        s.k(),
        s.transA() ? new Stored(a, Float.BYTES, aRow) : new Stored(a, aRow, Float.BYTES),
        s.transB() ? new Stored(b, Float.BYTES, bRow) : new Stored(b, bRow, Float.BYTES),
        c,
        s.ldc() * Float.BYTES,
        (float) s.alpha(),
        s.accumulate(),
        epilogue);
  }

  private static GemmEpilogue epilogue(
      Address address, Gemm shape, Epilogue e, long c, long cSize) {
    if (e.isNone()) {
      return GemmEpilogue.NONE;
    }
    long preactivation =
        e.preactivation() == null
            ? 0
            : address.output("preactivation", e.preactivation(), cSize) - c;
    long residual = e.residual() == null ? 0 : address.input("residual", e.residual(), cSize) - c;
    return new GemmEpilogue(
        address.input("bias", e.bias(), shape.n()),
        null,
        e.activation(),
        preactivation,
        address.input("scale", e.scale(), shape.n()),
        residual);
  }

  private static long extentA(Gemm s) {
    return extent(s, s.transA() ? s.k() : s.m(), s.transA() ? s.m() : s.k(), s.lda(), 'a');
  }

  private static long extentB(Gemm s) {
    return extent(s, s.transB() ? s.n() : s.k(), s.transB() ? s.k() : s.n(), s.ldb(), 'b');
  }

  /// Elements from the first to past the last one that an operand of all products touches.
  private static long extent(Gemm s, long rows, long cols, long leading, char operand) {
    if (rows == 0 || cols == 0) {
      return 0;
    }
    var t = s.batch();
    long outer = operand == 'a' ? t.aOuter() : operand == 'b' ? t.bOuter() : t.cOuter();
    long inner = operand == 'a' ? t.aInner() : operand == 'b' ? t.bInner() : t.cInner();
    return (t.outer() - 1) * outer + (t.inner() - 1) * inner + (rows - 1) * leading + cols;
  }

  private static void batched(GemmJob job, Gemm.Batch batch) {
    if (job.multiplyAdds() > 64 * TASK) {
      for (long i = 0; i < batch.count(); i++) {
        GemmThreads.run(of(job, batch, i));
      }
      return;
    }
    long together = Math.max(1, TASK / Math.max(1, job.multiplyAdds()));
    long chunks = (batch.count() + together - 1) / together;
    Workers.forEach(
        chunks,
        chunk -> {
          long end = Math.min(batch.count(), (chunk + 1) * together);
          for (long i = chunk * together; i < end; i++) {
            GemmBlock.compute(of(job, batch, i), 0, job.m(), 0, job.n(), 0);
          }
        });
  }

  private static GemmJob of(GemmJob job, Gemm.Batch t, long index) {
    long i = index / t.inner();
    long j = index % t.inner();
    return new GemmJob(
        job.m(),
        job.n(),
        job.k(),
        ((Stored) job.a()).moved((i * t.aOuter() + j * t.aInner()) * Float.BYTES),
        ((Stored) job.b()).moved((i * t.bOuter() + j * t.bInner()) * Float.BYTES),
        job.c() + (i * t.cOuter() + j * t.cInner()) * Float.BYTES,
        job.cRow(),
        job.alpha(),
        job.add(),
        job.epilogue());
  }
}
