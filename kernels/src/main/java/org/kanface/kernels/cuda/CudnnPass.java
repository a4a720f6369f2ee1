package org.kanface.kernels.cuda;

import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;

/// What is computed of a convolution.
enum CudnnPass {
  FORWARD("forward", cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED),
  INPUT_GRADIENT(
      "input gradient",
      cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED),
  WEIGHT_GRADIENT(
      "weight gradient",
      cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED);

  private final String text;
  private final int winograd;

  CudnnPass(String text, int winograd) {
    this.text = text;
    this.winograd = winograd;
  }

  /// The number of its algorithm that transforms tiles of images and windows, multiplies them
  /// element by element, and transforms back, in three kernels.
  int winograd() {
    return winograd;
  }

  @Override
  public String toString() {
    return text;
  }
}
