package org.kanface.kernels.cuda;

import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnStatus;

/// What cuDNN proposes for one pass of a convolution.
///
/// @param workspace in bytes
/// @param deterministic whether its sums have a fixed order
record CudnnProposal(int algorithm, int status, long workspace, boolean deterministic) {
  static CudnnProposal of(int algorithm, int status, long workspace, int determinism) {
    return new CudnnProposal(
        algorithm, status, workspace, determinism == cudnnDeterminism.CUDNN_DETERMINISTIC);
  }

  boolean isOffered() {
    return status == cudnnStatus.CUDNN_STATUS_SUCCESS;
  }
}
