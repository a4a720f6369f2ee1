package org.kanface.kernels.cuda;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import jcuda.jcudnn.cudnnTensorFormat;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Precision;

/// How a batch goes through cuDNN: in which order of axes, by which algorithm, and how many images
/// at a time.
///
/// The algorithm is one whose sums have a fixed order: products of Fourier transforms over NCHW for
/// 3×3 convolutions of stride 1 in full float32 where [CudnnPass#fourier] says so, which on an H100
/// are 1.6 to 4.6 times as fast as what cuDNN has for NHWC there (taking images to NCHW and back
/// costs as much as copying them); else the first that cuDNN proposes over NHWC. Winograd's, as
/// fast, is not exact enough to stand for float32: it errs by 1.3·10⁻⁴ in sums of 288 terms.
///
/// The algorithm does not depend on the workspace that is allowed: where it wants more for the
/// whole batch, the batch goes in equal parts. Only where one image alone wants more, the next
/// algorithm is tried; where there is no next one, the workspace gives way, not the order of sums.
///
/// @param format of images and weights, one of [cudnnTensorFormat]
/// @param images at most so many at a time
record CudnnPlan(int format, int algorithm, long images) {
  private static final long ELEMENTS = Integer.MAX_VALUE; // of a block that cuDNN takes
  private static final int FEWEST = 64; // channels for which transforming images pays

  boolean isNchw() {
    return format == cudnnTensorFormat.CUDNN_TENSOR_NCHW;
  }

  /// Throws [IllegalStateException] where cuDNN computes no such convolution.
  ///
  /// @param limit bytes of workspace
  static CudnnPlan of(CudaDnn dnn, Conv2d s, Precision precision, CudnnPass pass, long limit) {
    var nhwc = new Search(dnn, s, precision, pass, cudnnTensorFormat.CUDNN_TENSOR_NHWC, limit);
    var nchw = new Search(dnn, s, precision, pass, cudnnTensorFormat.CUDNN_TENSOR_NCHW, limit);
    return Stream.concat(
            nchw.fourier().map(nchw::within),
            Stream.concat(nhwc.ordered().map(nhwc::within), nhwc.last()))
        .filter(p -> p.images > 0)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "[conv2d] cuDNN has no algorithm for the %s of %s".formatted(pass, s)));
  }

  private static boolean suitsFourier(Conv2d s, Precision precision) {
    return precision == Precision.F32
        && s.kh() == 3
        && s.kw() == 3
        && s.strideH() == 1
        && s.strideW() == 1
        && s.dilationH() == 1
        && s.dilationW() == 1
        && s.groups() == 1
        && Math.min(s.c(), s.outC()) >= FEWEST;
  }

  /// The same convolution of another number of images.
  static Conv2d of(Conv2d s, long images) {
    return new Conv2d(
        images,
        s.h(),
        s.w(),
        s.c(),
        s.outC(),
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padH(),
        s.padW(),
        s.dilationH(),
        s.dilationW(),
        s.groups());
  }

  /// Plans in one order of axes.
  private record Search(
      CudaDnn dnn, Conv2d s, Precision precision, CudnnPass pass, int format, long limit) {
    private List<CudnnProposal> proposals(long images) {
      return dnn.convolution(of(s, images), precision, format).proposals(pass).stream()
          .filter(CudnnProposal::isOffered)
          .toList();
    }

    /// Parts that cuDNN's 32-bit counts of elements demand.
    private long fewestParts() {
      long image = Math.max(s.h() * s.w() * s.c(), s.outH() * s.outW() * s.outC());
      return Math.ceilDiv(s.n(), Math.max(1, ELEMENTS / image));
    }

    private List<CudnnProposal> proposals() {
      return proposals(Math.ceilDiv(s.n(), fewestParts()));
    }

    Stream<CudnnProposal> ordered() {
      return proposals().stream().filter(CudnnProposal::deterministic);
    }

    Stream<CudnnProposal> fourier() {
      OptionalInt named =
          suitsFourier(s, precision) ? pass.fourier(Math.max(s.h(), s.w())) : OptionalInt.empty();
      return named.isPresent()
          ? ordered().filter(p -> p.algorithm() == named.getAsInt())
          : Stream.empty();
    }

    /// What remains where no algorithm with a fixed order of sums keeps to the limit: the one of
    /// them that wants least, one image at a time; else one without.
    Stream<CudnnPlan> last() {
      var least = ordered().min(Comparator.comparingLong(p -> workspace(p.algorithm(), 1)));
      return least.isPresent()
          ? Stream.of(new CudnnPlan(format, least.get().algorithm(), 1))
          : proposals().stream().map(this::within);
    }

    private long workspace(int algorithm, long images) {
      return proposals(images).stream()
          .filter(p -> p.algorithm() == algorithm)
          .mapToLong(CudnnProposal::workspace)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    }

    /// The largest equal parts of the batch that keep to the limit; none where one image does not.
    CudnnPlan within(CudnnProposal p) {
      for (long parts = fewestParts(); ; ) {
        long images = Math.ceilDiv(s.n(), parts);
        long rest = s.n() % images;
        long wanted =
            Math.max(
                workspace(p.algorithm(), images), rest == 0 ? 0 : workspace(p.algorithm(), rest));
        if (wanted <= limit) {
          return new CudnnPlan(format, p.algorithm(), images);
        }
        if (images == 1) {
          return new CudnnPlan(format, p.algorithm(), 0);
        }
        // Most grow with the batch: as many parts as that says, and twice as many if it is not so.
        long proportional = parts == fewestParts() ? Math.ceilDiv(wanted, limit) : 2;
        parts = Math.min(s.n(), parts * Math.clamp(proportional, 2, s.n()));
      }
    }
  }
}
