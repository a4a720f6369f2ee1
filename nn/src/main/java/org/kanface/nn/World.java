package org.kanface.nn;

import org.kanface.tensor.Tensor;

/// The processes that train together. Every process sees every call in the same order.
public interface World {
  /// One process alone.
  World SINGLE =
      new World() {
        @Override
        public int rank() {
          return 0;
        }

        @Override
        public int size() {
          return 1;
        }

        @Override
        public void allReduce(Tensor sum) {}

        @Override
        public Tensor allGather(Tensor part) {
          return part.retain();
        }
      };

  /// This process, from 0.
  int rank();

  /// Number of processes.
  int size();

  /// Replaces the tensor by its sum over all processes, added in the order of ranks.
  void allReduce(Tensor sum);

  /// All processes' tensors, one after another along axis 0, in the order of ranks; to be closed.
  Tensor allGather(Tensor part);
}
