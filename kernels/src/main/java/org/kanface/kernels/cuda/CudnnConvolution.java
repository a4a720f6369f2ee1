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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnStatus;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Precision;

/// One convolution as cuDNN knows it: descriptors of NHWC images and OHWI weights, and for each
/// direction the algorithm that was chosen: the first that cuDNN proposes whose sums have a fixed
/// order and whose workspace is no larger than [#WORKSPACE]. In a 16-bit precision images, weights
/// and results are all of that type and sums are float32; full float32 uses no TF32.
///
/// cuDNN proposes from tables and measures nothing, so that a convolution always gets the same
/// algorithm on the same GPU.
final class CudnnConvolution {
  private static final long WORKSPACE = 256L << 20; // bytes at most
  private static final int PROPOSALS = 8;

  /// What cuDNN proposes for one direction.
  private record Proposal(int algorithm, int status, long workspace, boolean deterministic) {}

  private final CudaDnn dnn;
  private final Conv2d shape;
  private final int type;
  private final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
  private final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
  private final cudnnFilterDescriptor weight = new cudnnFilterDescriptor();
  private final cudnnConvolutionDescriptor window = new cudnnConvolutionDescriptor();
  private @Nullable Proposal forward;
  private @Nullable Proposal backwardData;
  private @Nullable Proposal backwardFilter;

  CudnnConvolution(CudaDnn dnn, Conv2d shape, Precision precision) {
    this.dnn = dnn;
    this.shape = shape;
    type = type(precision);
    tensor(x, shape.h(), shape.w(), shape.c());
    tensor(y, shape.outH(), shape.outW(), shape.outC());
    check(cudnnCreateFilterDescriptor(weight), "describing weights");
    check(
        cudnnSetFilter4dDescriptor(
            weight,
            type,
            cudnnTensorFormat.CUDNN_TENSOR_NHWC,
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
            cudnnTensorFormat.CUDNN_TENSOR_NHWC,
            type,
            Math.toIntExact(shape.n()),
            Math.toIntExact(c),
            Math.toIntExact(h),
            Math.toIntExact(w)),
        "[conv2d] describing the images of %s",
        shape);
  }

  /// The first usable proposal, one with a fixed order of sums before all others.
  private Proposal choose(String direction, List<Proposal> proposals) {
    var usable =
        proposals.stream()
            .filter(p -> p.status == cudnnStatus.CUDNN_STATUS_SUCCESS && p.workspace <= WORKSPACE)
            .toList();
    return usable.stream()
        .filter(Proposal::deterministic)
        .findFirst()
        .or(() -> usable.stream().findFirst())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "[conv2d] cuDNN has no algorithm for the %s of %s within %,d bytes of workspace"
                        .formatted(direction, shape, WORKSPACE)));
  }

  private synchronized Proposal forward() {
    if (forward == null) {
      var count = new int[1];
      var found = new cudnnConvolutionFwdAlgoPerf[PROPOSALS];
      Arrays.setAll(found, _ -> new cudnnConvolutionFwdAlgoPerf());
      check(
          cudnnGetConvolutionForwardAlgorithm_v7(
              dnn.handle(), x, weight, window, y, PROPOSALS, count, found),
          "[conv2d] algorithms for %s",
          shape);
      var proposals = new ArrayList<Proposal>();
      for (int i = 0; i < count[0]; i++) {
        proposals.add(
            proposal(found[i].algo, found[i].status, found[i].memory, found[i].determinism));
      }
      forward = choose("forward pass", proposals);
    }
    return forward;
  }

  private static Proposal proposal(int algorithm, int status, long memory, int determinism) {
    return new Proposal(
        algorithm, status, memory, determinism == cudnnDeterminism.CUDNN_DETERMINISTIC);
  }

  private synchronized Proposal backwardData() {
    if (backwardData == null) {
      var count = new int[1];
      var found = new cudnnConvolutionBwdDataAlgoPerf[PROPOSALS];
      Arrays.setAll(found, _ -> new cudnnConvolutionBwdDataAlgoPerf());
      check(
          cudnnGetConvolutionBackwardDataAlgorithm_v7(
              dnn.handle(), weight, y, window, x, PROPOSALS, count, found),
          "[conv2d] algorithms for the input's gradient of %s",
          shape);
      var proposals = new ArrayList<Proposal>();
      for (int i = 0; i < count[0]; i++) {
        proposals.add(
            proposal(found[i].algo, found[i].status, found[i].memory, found[i].determinism));
      }
      backwardData = choose("input's gradient", proposals);
    }
    return backwardData;
  }

  private synchronized Proposal backwardFilter() {
    if (backwardFilter == null) {
      var count = new int[1];
      var found = new cudnnConvolutionBwdFilterAlgoPerf[PROPOSALS];
      Arrays.setAll(found, _ -> new cudnnConvolutionBwdFilterAlgoPerf());
      check(
          cudnnGetConvolutionBackwardFilterAlgorithm_v7(
              dnn.handle(), x, y, window, weight, PROPOSALS, count, found),
          "[conv2d] algorithms for the weights' gradient of %s",
          shape);
      var proposals = new ArrayList<Proposal>();
      for (int i = 0; i < count[0]; i++) {
        proposals.add(
            proposal(found[i].algo, found[i].status, found[i].memory, found[i].determinism));
      }
      backwardFilter = choose("weights' gradient", proposals);
    }
    return backwardFilter;
  }

  private static CudaMemory workspace(Scratch.Lease scratch, Proposal p) {
    return scratch.take(Math.ceilDiv(p.workspace, Float.BYTES));
  }

  /// Before every call: chooses the stream, and marks the time.
  private @Nullable CUevent start(CUstream stream) {
    dnn.on(stream);
    var times = dnn.context().times();
    return times == null ? null : times.start();
  }

  private void end(@Nullable CUevent start, String direction) {
    var times = dnn.context().times();
    if (times != null && start != null) {
      String name =
          "cudnn %s %dx%d %d to %d, %d groups, %dx%dx%d"
              .formatted(
                  direction,
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

  void forward(DevicePointer images, DevicePointer weights, DevicePointer result) {
    enqueue(Direction.FORWARD, forward(), images, weights, result);
  }

  void gradInput(DevicePointer dy, DevicePointer weights, DevicePointer dx) {
    enqueue(Direction.INPUT, backwardData(), dy, weights, dx);
  }

  void gradWeight(DevicePointer images, DevicePointer dy, DevicePointer dweight) {
    enqueue(Direction.WEIGHT, backwardFilter(), images, dy, dweight);
  }

  private void enqueue(
      Direction direction, Proposal p, DevicePointer a, DevicePointer b, DevicePointer result) {
    try (var scratch = dnn.context().scratch().lease()) {
      DevicePointer workspace = workspace(scratch, p).pointer();
      dnn.context().enqueue(new Call(this, direction, p, workspace, a, b, result));
    }
  }

  private enum Direction {
    FORWARD("forward"),
    INPUT("input gradient"),
    WEIGHT("weight gradient");

    private final String title;

    Direction(String title) {
      this.title = title;
    }
  }

  private record Call(
      CudnnConvolution convolution,
      Direction direction,
      Proposal proposal,
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
            switch (direction) {
              case FORWARD -> convolution.forward(this);
              case INPUT -> convolution.gradInput(this);
              case WEIGHT -> convolution.gradWeight(this);
            },
            "[conv2d] the %s of %s",
            direction.title,
            convolution.shape);
        convolution.end(start, direction.title);
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
        c.proposal.algorithm,
        c.workspace,
        c.proposal.workspace,
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
        c.proposal.algorithm,
        c.workspace,
        c.proposal.workspace,
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
        c.proposal.algorithm,
        c.workspace,
        c.proposal.workspace,
        dnn.zero(),
        weight,
        c.result);
  }
}
