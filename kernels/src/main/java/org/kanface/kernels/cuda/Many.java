package org.kanface.kernels.cuda;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Block;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;
import org.kanface.kernels.OptimizerKernels.State;

/// `many.cu`: one launch for a list of blocks. What a sum's order depends on are the list's sizes
/// alone.
final class Many {
  private static final int BLOCK = 256;
  private static final int BLOCKS = 128; // of a list
  private static final int STATES = 72;
  private static final long SPAN = 1 << 12; // elements of a part
  private static final long SQUARES = 1 << 14; // of a part of a sum

  private final CudaContext context;
  private final CudaModule module;
  private final CudaModule reduce;

  Many(CudaContext context) {
    this.context = context;
    module = context.module("many");
    reduce = context.module("reduce");
  }

  private long address(String operation, @Nullable Memory memory, long n) {
    if (memory == null) {
      return 0;
    }
    CudaMemory mine = context.mine(memory);
    if (mine.byteSize() < n * Float.BYTES) {
      throw new IllegalArgumentException(
          "[%s] expected at least %d bytes, got %d"
              .formatted(operation, n * Float.BYTES, mine.byteSize()));
    }
    return mine.pointer().address();
  }

  private List<ManyBlocks> blocks(String operation, List<Block> blocks, long span) {
    var entries =
        blocks.stream()
            .map(b -> new ManyBlocks.Entry(b.n(), address(operation, b.memory(), b.n())))
            .toList();
    return ManyBlocks.of(entries, BLOCKS, span);
  }

  private Launch launch(String kernel, ManyBlocks list) {
    return module
        .launch(kernel)
        .grid(Launch.blocks(list.parts(), 1))
        .block(BLOCK)
        .structure(list.fields());
  }

  /// `Σ x²` over all blocks, in double; waits for it.
  double sumOfSquares(List<Block> blocks) {
    var lists = blocks("sumOfSquares", blocks, SQUARES);
    long parts = lists.stream().mapToLong(ManyBlocks::parts).sum();
    if (parts == 0) {
      return 0;
    }
    try (var scratch = context.scratch().lease();
        var result = HostMemory.allocate(Double.BYTES)) {
      CudaMemory partial = scratch.take(2 * parts); // doubles
      CudaMemory sum = scratch.take(2);
      long at = 0;
      for (ManyBlocks list : lists) {
        launch("many_squares_f32", list)
            .memory(partial.slice(at * Double.BYTES, list.parts() * Double.BYTES))
            .i64(SQUARES)
            .run();
        at += list.parts();
      }
      reduce
          .launch("reduce_squares_finish_f64")
          .block(BLOCK)
          .memory(partial)
          .memory(sum)
          .i32(Math.toIntExact(parts))
          .run();
      context.copy(sum, result, Double.BYTES);
      return result.segment().get(ValueLayout.JAVA_DOUBLE, 0);
    }
  }

  /// Whether every element of all blocks is finite; waits for it.
  boolean allFinite(List<Block> blocks) {
    return finite(blocks("allFinite", blocks, SPAN), "many_finite_f32", null);
  }

  /// `x = factor x`; whether every result is finite, which it waits for.
  boolean unscale(double factor, List<Block> blocks) {
    return finite(blocks("unscale", blocks, SPAN), "many_unscale_f32", factor);
  }

  private boolean finite(List<ManyBlocks> lists, String kernel, @Nullable Double factor) {
    if (lists.isEmpty()) {
      return true;
    }
    try (var scratch = context.scratch().lease();
        var result = HostMemory.allocate(Integer.BYTES)) {
      CudaMemory flag = scratch.take(1);
      context.fill(flag, (byte) 0, Integer.BYTES);
      for (ManyBlocks list : lists) {
        var launch = launch(kernel, list).memory(flag).i64(SPAN);
        (factor == null ? launch : launch.f32(factor)).run();
      }
      context.copy(flag, result, Integer.BYTES);
      return result.segment().get(ValueLayout.JAVA_INT, 0) == 0;
    }
  }

  /// What follows list and span among a kernel's arguments.
  interface Settings {
    void add(Launch launch);
  }

  /// A step of an optimiser over all states.
  ///
  /// @param keeps whether it reads or writes what it keeps of a parameter
  void step(String kernel, List<State> states, boolean keeps, Settings settings) {
    var entries =
        states.stream()
            .map(
                s ->
                    new ManyBlocks.Entry(
                        s.n(),
                        address(kernel, s.parameter(), s.n()),
                        address(kernel, s.grad(), s.n()),
                        address(kernel, keeps ? s.first() : null, s.n()),
                        address(kernel, keeps ? s.second() : null, s.n())))
            .toList();
    for (ManyBlocks list : ManyBlocks.of(entries, STATES, SPAN)) {
      var launch = launch(kernel, list).i64(SPAN);
      settings.add(launch);
      launch.run();
    }
  }
}
