package org.kanface.kernels.cuda;

import static jcuda.jcudnn.cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT;
import static jcuda.jcudnn.cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING;
import static jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT;
import static jcuda.jcudnn.cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_FFT;
import static jcuda.jcudnn.cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING;

import java.util.OptionalInt;

/// What is computed of a convolution.
enum CudnnPass {
  FORWARD("forward") {
    @Override
    OptionalInt fourier(long side) {
      return sized(
          side,
          CUDNN_CONVOLUTION_FWD_ALGO_FFT,
          OptionalInt.of(CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING));
    }
  },
  INPUT_GRADIENT("input gradient") {
    @Override
    OptionalInt fourier(long side) {
      return sized(
          side,
          CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT,
          OptionalInt.of(CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING));
    }
  },
  WEIGHT_GRADIENT("weight gradient") {
    @Override
    OptionalInt fourier(long side) {
      return sized(
          side,
          CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT,
          side < WHOLE
              ? OptionalInt.of(CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT)
              : OptionalInt.empty());
    }
  };

  private static final int SMALL = 10; // pixels a side: below, transforms are mostly margin
  private static final int LARGE = 28; // from here, those of 32 x 32 tiles are faster
  private static final int WHOLE = 64; // from here, those of whole images take too much workspace

  private final String text;

  CudnnPass(String text) {
    this.text = text;
  }

  /// The number of its algorithm that multiplies Fourier transforms of images, or of their tiles,
  /// and is the fastest of those that work over NCHW in full float32 and are as exact as plain
  /// sums, for images of so many pixels a side; none where those over NHWC are faster. Measured on
  /// an H100.
  abstract OptionalInt fourier(long side);

  private static OptionalInt sized(long side, int whole, OptionalInt tiled) {
    return side < SMALL ? OptionalInt.empty() : side < LARGE ? OptionalInt.of(whole) : tiled;
  }

  @Override
  public String toString() {
    return text;
  }
}
