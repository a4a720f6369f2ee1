package org.kanface.kernels.reference;

import org.kanface.kernels.DType;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Unary;

/// Matrix products by the definition: three nested loops.
record GemmReference(DType type) implements GemmKernels {
  @Override
  public void gemm(Gemm shape, Memory a, Memory b, Memory c, Epilogue epilogue) {
    var batch = shape.batch();
    for (long i = 0; i < batch.outer(); i++) {
      for (long j = 0; j < batch.inner(); j++) {
        single(
            shape,
            new Operand(a, type, i * batch.aOuter() + j * batch.aInner(), shape.lda()),
            new Operand(b, type, i * batch.bOuter() + j * batch.bInner(), shape.ldb()),
            new Operand(c, type, i * batch.cOuter() + j * batch.cInner(), shape.ldc()),
            epilogue);
      }
    }
  }

  private void single(Gemm shape, Operand a, Operand b, Operand c, Epilogue epilogue) {
    var tail = new Tail(epilogue, type);
    for (long i = 0; i < shape.m(); i++) {
      for (long j = 0; j < shape.n(); j++) {
        double sum = 0;
        for (long p = 0; p < shape.k(); p++) {
          double left = shape.transA() ? a.get(p, i) : a.get(i, p);
          double right = shape.transB() ? b.get(j, p) : b.get(p, j);
          sum += left * right;
        }
        long at = c.at(i, j);
        double product = shape.alpha() * sum + (shape.accumulate() ? c.elements.get(at) : 0);
        c.elements.set(at, tail.apply(product, at, j));
      }
    }
  }

  /// A stored matrix: its first element and the distance of its rows.
  private record Operand(Elements elements, long start, long leading) {
    Operand(Memory memory, DType type, long start, long leading) {
      this(Elements.of(memory, type), start, leading);
    }

    long at(long row, long column) {
      return start + row * leading + column;
    }

    double get(long row, long column) {
      return elements.get(at(row, column));
    }
  }

  /// The epilogue of one element.
  private record Tail(Epilogue epilogue, DType type) {
    double apply(double product, long at, long column) {
      double t = product;
      if (epilogue.bias() != null) {
        t += Elements.of(epilogue.bias(), type).get(column);
      }
      if (epilogue.preactivation() != null) {
        Elements.of(epilogue.preactivation(), type).set(at, t);
      }
      double u =
          switch (epilogue.activation()) {
            case NONE -> t;
            case RELU -> ScalarFunctions.apply(Unary.RELU, t);
            case SILU -> ScalarFunctions.apply(Unary.SILU, t);
            case GELU -> ScalarFunctions.apply(Unary.GELU, t);
          };
      if (epilogue.scale() != null) {
        u *= Elements.of(epilogue.scale(), type).get(column);
      }
      if (epilogue.residual() != null) {
        u += Elements.of(epilogue.residual(), type).get(at);
      }
      return u;
    }
  }
}
