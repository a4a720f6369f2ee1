package org.kanface.kernels.cuda;

import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardData;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardFilter;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionForward;
import static jcuda.jcudnn.JCudnn.cudnnCreateConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolution2dDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionGroupCount;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionMathType;
import static jcuda.jcudnn.JCudnn.cudnnSetFilter4dDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetTensor4dDescriptor;
import static org.kanface.kernels.cuda.CudaDnn.check;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Precision;

/// One convolution as cuDNN knows it: descriptors of images and weights, NHWC and OHWI or NCHW and
/// OIHW, and the algorithms that it proposes for each pass. In a 16-bit precision images, weights
/// and results are all of that type and sums are float32; full float32 uses no TF32.
///
/// cuDNN proposes from tables and measures nothing, so that a convolution always gets the same
/// proposals on the same GPU.
final class CudnnConvolution {
  private static final int PROPOSALS = 8;

  private final CudaDnn dnn;
  private final Conv2d shape;
  private final int type;
  private final int format;
  private final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
  private final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
  private final cudnnFilterDescriptor weight = new cudnnFilterDescriptor();
  private final cudnnConvolutionDescriptor window = new cudnnConvolutionDescriptor();
  private final Map<CudnnPass, List<CudnnProposal>> proposals = new EnumMap<>(CudnnPass.class);

  /// @param format one of [jcuda.jcudnn.cudnnTensorFormat]
  CudnnConvolution(CudaDnn dnn, Conv2d shape, Precision precision, int format) {
    this.dnn = dnn;
    this.shape = shape;
    this.format = format;
    type = type(precision);
    tensor(x, shape.h(), shape.w(), shape.c());
    tensor(y, shape.outH(), shape.outW(), shape.outC());
    check(cudnnCreateFilterDescriptor(weight), "describing weights");
    check(
        cudnnSetFilter4dDescriptor(
            weight,
            type,
            format,
            Math.toIntExact(shape.outC()),
            Math.toIntExact(shape.c() / shape.groups()),
            shape.kh(),
            shape.kw()),
        "[conv2d] describing the weights of %s",
        shape);
    check(cudnnCreateConvolutionDescriptor(window), "describing a convolution");
    check(
        cudnnSetConvolution2dDescriptor(
            window,
            shape.padH(),
            shape.padW(),
            shape.strideH(),
            shape.strideW(),
            shape.dilationH(),
            shape.dilationW(),
            cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
            cudnnDataType.CUDNN_DATA_FLOAT),
        "[conv2d] describing %s",
        shape);
    check(
        cudnnSetConvolutionGroupCount(window, Math.toIntExact(shape.groups())),
        "[conv2d] the groups of %s",
        shape);
    check(
        cudnnSetConvolutionMathType(window, math(precision)),
        "[conv2d] the precision of %s",
        shape);
  }

  private static int type(Precision precision) {
    return switch (precision) {
      case F32, TF32 -> cudnnDataType.CUDNN_DATA_FLOAT;
      case F16 -> cudnnDataType.CUDNN_DATA_HALF;
      case BF16 -> cudnnDataType.CUDNN_DATA_BFLOAT16;
    };
  }

  private static int math(Precision precision) {
    return switch (precision) {
      case F32 -> cudnnMathType.CUDNN_FMA_MATH;
      case TF32 -> cudnnMathType.CUDNN_DEFAULT_MATH; // which rounds float32 to TF32
      case F16, BF16 -> cudnnMathType.CUDNN_TENSOR_OP_MATH;
    };
  }

  private void tensor(cudnnTensorDescriptor tensor, long h, long w, long c) {
    check(cudnnCreateTensorDescriptor(tensor), "describing a tensor");
    check(
        cudnnSetTensor4dDescriptor(
            tensor,
            format,
            type,
            Math.toIntExact(shape.n()),
            Math.toIntExact(c),
            Math.toIntExact(h),
            Math.toIntExact(w)),
        "[conv2d] describing the images of %s",
        shape);
  }

  /// In cuDNN's order, those that it does not offer among them.
  synchronized List<CudnnProposal> proposals(CudnnPass pass) {
    return proposals.computeIfAbsent(
        pass,
        _ ->
            switch (pass) {
              case FORWARD -> forwardProposals();
              case INPUT_GRADIENT -> gradInputProposals();
              case WEIGHT_GRADIENT -> gradWeightProposals();
            });
  }

  private List<CudnnProposal> forwardProposals() {
    var count = new int[1];
    var found = new cudnnConvolutionFwdAlgoPerf[PROPOSALS];
    Arrays.setAll(found, _ -> new cudnnConvolutionFwdAlgoPerf());
    check(
        cudnnGetConvolutionForwardAlgorithm_v7(
            dnn.handle(), x, weight, window, y, PROPOSALS, count, found),
        "[conv2d] algorithms for %s",
        shape);
    return Arrays.stream(found, 0, count[0])
        .map(f -> CudnnProposal.of(f.algo, f.status, f.memory, f.determinism))
        .toList();
  }

  private List<CudnnProposal> gradInputProposals() {
    var count = new int[1];
    var found = new cudnnConvolutionBwdDataAlgoPerf[PROPOSALS];
    Arrays.setAll(found, _ -> new cudnnConvolutionBwdDataAlgoPerf());
    check(
        cudnnGetConvolutionBackwardDataAlgorithm_v7(
            dnn.handle(), weight, y, window, x, PROPOSALS, count, found),
        "[conv2d] algorithms for the input's gradient of %s",
        shape);
    return Arrays.stream(found, 0, count[0])
        .map(f -> CudnnProposal.of(f.algo, f.status, f.memory, f.determinism))
        .toList();
  }

  private List<CudnnProposal> gradWeightProposals() {
    var count = new int[1];
    var found = new cudnnConvolutionBwdFilterAlgoPerf[PROPOSALS];
    Arrays.setAll(found, _ -> new cudnnConvolutionBwdFilterAlgoPerf());
    check(
        cudnnGetConvolutionBackwardFilterAlgorithm_v7(
            dnn.handle(), x, y, window, weight, PROPOSALS, count, found),
        "[conv2d] algorithms for the weights' gradient of %s",
        shape);
    return Arrays.stream(found, 0, count[0])
        .map(f -> CudnnProposal.of(f.algo, f.status, f.memory, f.determinism))
        .toList();
  }

  /// What an algorithm wants in bytes.
  private long workspace(CudnnPass pass, int algorithm) {
    return proposals(pass).stream()
        .filter(p -> p.algorithm() == algorithm)
        .mapToLong(CudnnProposal::workspace)
        .findFirst()
        .orElseThrow();
  }

  /// Before every call: chooses the stream, and marks the time.
  private @Nullable CUevent start(CUstream stream) {
    dnn.on(stream);
    var times = dnn.context().times();
    return times == null ? null : times.start();
  }

  private void end(@Nullable CUevent start, CudnnPass pass) {
    var times = dnn.context().times();
    if (times != null && start != null) {
      String name =
          "cudnn %s %dx%d %d to %d, %d groups, %dx%dx%d"
              .formatted(
                  pass,
                  shape.kh(),
                  shape.kw(),
                  shape.c(),
                  shape.outC(),
                  shape.groups(),
                  shape.n(),
                  shape.h(),
                  shape.w());
      times.end(start, name, 0, (double) shape.flops());
    }
  }

  /// Asks for a pass.
  ///
  /// @param a images, or the gradient of results for that of images
  /// @param b weights, or the gradient of results for that of weights
  void compute(
      CudnnPass pass, int algorithm, DevicePointer a, DevicePointer b, DevicePointer result) {
    long bytes = workspace(pass, algorithm);
    try (var scratch = dnn.context().scratch().lease()) {
      DevicePointer room = scratch.take(Math.ceilDiv(bytes, Float.BYTES)).pointer();
      dnn.context().enqueue(new Call(this, pass, algorithm, bytes, room, a, b, result));
    }
  }

  private record Call(
      CudnnConvolution convolution,
      CudnnPass pass,
      int algorithm,
      long bytes,
      DevicePointer workspace,
      DevicePointer a,
      DevicePointer b,
      DevicePointer result)
      implements DeviceCall {
    @Override
    public void enqueue(CUstream stream) {
      synchronized (convolution.dnn) {
        var start = convolution.start(stream);
        check(
            switch (pass) {
              case FORWARD -> convolution.forward(this);
              case INPUT_GRADIENT -> convolution.gradInput(this);
              case WEIGHT_GRADIENT -> convolution.gradWeight(this);
            },
            "[conv2d] the %s of %s",
            pass,
            convolution.shape);
        convolution.end(start, pass);
      }
    }
  }

  private int forward(Call c) {
    return cudnnConvolutionForward(
        dnn.handle(),
        dnn.one(),
        x,
        c.a,
        weight,
        c.b,
        window,
        c.algorithm,
        c.workspace,
        c.bytes,
        dnn.zero(),
        y,
        c.result);
  }

  private int gradInput(Call c) {
    return cudnnConvolutionBackwardData(
        dnn.handle(),
        dnn.one(),
        weight,
        c.b,
        y,
        c.a,
        window,
        c.algorithm,
        c.workspace,
        c.bytes,
        dnn.zero(),
        x,
        c.result);
  }

  private int gradWeight(Call c) {
    return cudnnConvolutionBackwardFilter(
        dnn.handle(),
        dnn.one(),
        x,
        c.a,
        y,
        c.b,
        window,
        c.algorithm,
        c.workspace,
        c.bytes,
        dnn.zero(),
        weight,
        c.result);
  }
}
