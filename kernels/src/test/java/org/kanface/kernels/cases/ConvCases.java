package org.kanface.kernels.cases;

import java.util.stream.Stream;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Conv2d;

/// Convolutions: those of the networks in small, and every parameter away from its default.
final class ConvCases {
  private record Shape(String name, Conv2d conv) {}

  private static final Shape[] SHAPES = {
    new Shape("1x1", Conv2d.of(2, 5, 7, 19, 33, 1, 1, 0, 1)),
    new Shape("1x1 stride 2", Conv2d.of(2, 5, 7, 16, 17, 1, 2, 0, 1)),
    new Shape("3x3", Conv2d.of(2, 9, 11, 5, 18, 3, 1, 1, 1)),
    new Shape("3x3, 16 to 32 channels", Conv2d.of(1, 14, 14, 16, 32, 3, 1, 1, 1)),
    new Shape("3x3, 32 to 64 channels", Conv2d.of(2, 9, 11, 32, 64, 3, 1, 1, 1)),
    new Shape("3x3, several blocks of tiles", Conv2d.of(2, 22, 21, 64, 32, 3, 1, 1, 1)),
    new Shape("3x3, wide", Conv2d.of(1, 11, 12, 288, 32, 3, 1, 1, 1)),
    new Shape("3x3, 64 channels and more", Conv2d.of(2, 12, 10, 64, 66, 3, 1, 1, 1)),
    new Shape("3x3, 64 channels, large image", Conv2d.of(1, 28, 31, 65, 64, 3, 1, 1, 1)),
    new Shape("3x3 of RGB", Conv2d.of(2, 12, 10, 3, 16, 3, 1, 1, 1)),
    new Shape("3x3 stride 2", Conv2d.of(2, 9, 8, 8, 12, 3, 2, 1, 1)),
    new Shape("3x3, 1x1 image", Conv2d.of(3, 1, 1, 4, 5, 3, 1, 1, 1)),
    new Shape("5x5, 40 channels", Conv2d.of(1, 7, 7, 40, 9, 5, 1, 2, 1)),
    new Shape("7x7 stride 2", Conv2d.of(1, 15, 13, 3, 6, 7, 2, 3, 1)),
    new Shape("patchify 4", Conv2d.of(2, 12, 16, 3, 33, 4, 4, 0, 1)),
    new Shape("patchify 2, odd image", Conv2d.of(2, 7, 7, 20, 24, 2, 2, 0, 1)),
    new Shape("patchify 2, several blocks", Conv2d.of(3, 22, 23, 40, 9, 2, 2, 0, 1)),
    new Shape("3x3 stride 2 of RGB", Conv2d.of(2, 37, 40, 3, 20, 3, 2, 1, 1)),
    new Shape("depthwise 3", Conv2d.of(2, 6, 5, 17, 17, 3, 1, 1, 17)),
    new Shape("depthwise 3, rows in place", Conv2d.of(3, 5, 14, 41, 41, 3, 1, 1, 41)),
    new Shape("depthwise 5", Conv2d.of(1, 9, 14, 32, 32, 5, 1, 2, 32)),
    new Shape("depthwise 7", Conv2d.of(1, 7, 7, 100, 100, 7, 1, 3, 100)),
    new Shape("depthwise 9, image smaller", Conv2d.of(2, 3, 3, 19, 19, 9, 1, 4, 19)),
    new Shape("depthwise 3 stride 2", Conv2d.of(2, 9, 10, 33, 33, 3, 2, 1, 33)),
    new Shape("depthwise, 2 outputs a channel", Conv2d.of(2, 6, 5, 8, 16, 3, 1, 1, 8)),
    new Shape("3 groups", Conv2d.of(2, 6, 5, 12, 9, 3, 1, 1, 3)),
    new Shape("3x2, strides 2 1, dilation 1 2", odd(2, 1)),
    new Shape("3x2, strides 2 1, dilation 1 2, 2 groups", odd(2, 2)),
    new Shape("depthwise 3 dilated", new Conv2d(1, 9, 9, 7, 7, 3, 3, 1, 1, 2, 2, 2, 2, 7)),
    new Shape("one channel", Conv2d.of(1, 8, 8, 1, 1, 3, 1, 1, 1)),
    new Shape("no images", Conv2d.of(0, 8, 8, 4, 4, 3, 1, 1, 1)),
    new Shape("whole image (GDC)", Conv2d.of(2, 7, 7, 18, 18, 7, 1, 0, 18)),
  };

  private ConvCases() {}

  private static Conv2d odd(long n, long groups) {
    return new Conv2d(n, 10, 9, 6, 10, 3, 2, 2, 1, 1, 3, 1, 2, groups);
  }

  static Stream<KernelCase> all() {
    return Stream.of(
            Stream.of(SHAPES)
                .flatMap(
                    s ->
                        Stream.of(
                            forward(s, true), forward(s, false), gradInput(s), gradWeight(s))),
            Stream.of(SHAPES).filter(s -> s.name.startsWith("3x3")).map(ConvCases::infer),
            Stream.of(SHAPES).map(s -> inferNorm(s, s.conv.outC() % 2 == 0)))
        .flatMap(cases -> cases);
  }

  /// Groups of any kind; images smaller than the window where padding allows.
  static Stream<KernelCase> random(Sizes sizes) {
    int kh = sizes.among(1, 5);
    int kw = sizes.among(1, 5);
    long groups = sizes.coin() ? 1 : sizes.from1To(33);
    boolean depthwise = groups > 1 && sizes.coin();
    long c = depthwise ? groups : groups * sizes.from1To(groups == 1 ? 35 : 3);
    long outC = depthwise ? groups : groups * sizes.from1To(groups == 1 ? 35 : 3);
    var s =
        new Conv2d(
            sizes.upTo(3),
            kh + sizes.among(0, 8),
            kw + sizes.among(0, 8),
            c,
            outC,
            kh,
            kw,
            sizes.among(1, 3),
            sizes.among(1, 3),
            sizes.among(0, kh / 2),
            sizes.among(0, kw / 2),
            1,
            1,
            groups);
    return of(s);
  }

  static Stream<KernelCase> of(Conv2d s) {
    var shape = new Shape(s.toString(), s);
    return Stream.of(
        forward(shape, true),
        gradInput(shape),
        gradWeight(shape),
        inferNorm(shape, false),
        inferNorm(shape, true));
  }

  private static KernelCase infer(Shape shape) {
    var s = shape.conv;
    return KernelCase.of("conv/infer %s", shape.name)
        .tolerance(Tolerance.sum(s.kh() * s.kw() * s.c() / s.groups()))
        .in(s.inputNumel())
        .in(s.weightNumel())
        .in(s.outC())
        .out(s.outputNumel())
        .calls((k, m) -> k.conv().infer(s, m.get(0), m.get(1), m.get(2), m.get(3)));
  }

  private static KernelCase inferNorm(Shape shape, boolean rectifies) {
    var s = shape.conv;
    long rows = s.n() * s.outH() * s.outW();
    return KernelCase.of("conv/inferNorm %s%s", shape.name, rectifies ? " with slopes" : "")
        .tolerance(Tolerance.sum(s.kh() * s.kw() * s.c() / s.groups()).times(8))
        .in(s.inputNumel())
        .in(s.weightNumel())
        .in(s.outC())
        .in(s.outC())
        .in(s.outC())
        .in(s.outC())
        .in(s.outC())
        .in(s.outC(), Fill.between(0.5, 2))
        .out(s.outputNumel())
        .calls(
            (k, m) -> {
              var norm = BatchNorm.of(rows, s.outC(), 1e-5, m.get(3), m.get(4));
              k.conv()
                  .inferNorm(
                      s,
                      m.get(0),
                      m.get(1),
                      m.get(2),
                      rectifies ? norm.rectified(m.get(5)) : norm,
                      m.get(6),
                      m.get(7),
                      m.get(8));
            });
  }

  private static KernelCase forward(Shape shape, boolean bias) {
    var s = shape.conv;
    return KernelCase.of("conv/forward %s%s", shape.name, bias ? " with bias" : "")
        .tolerance(Tolerance.sum(s.kh() * s.kw() * s.c() / s.groups()))
        .in(s.inputNumel())
        .in(s.weightNumel())
        .in(s.outC())
        .out(s.outputNumel())
        .calls((k, m) -> k.conv().forward(s, m.get(0), m.get(1), bias ? m.get(2) : null, m.get(3)));
  }

  private static KernelCase gradInput(Shape shape) {
    var s = shape.conv;
    return KernelCase.of("conv/gradInput %s", shape.name)
        .tolerance(Tolerance.sum(s.kh() * s.kw() * s.outC() / s.groups()))
        .in(s.outputNumel())
        .in(s.weightNumel())
        .out(s.inputNumel())
        .calls((k, m) -> k.conv().gradInput(s, m.get(0), m.get(1), m.get(2)));
  }

  private static KernelCase gradWeight(Shape shape) {
    var s = shape.conv;
    return KernelCase.of("conv/gradWeight %s", shape.name)
        .tolerance(Tolerance.sum(s.n() * s.outH() * s.outW()))
        .in(s.inputNumel())
        .in(s.outputNumel())
        .out(s.weightNumel())
        .calls((k, m) -> k.conv().gradWeight(s, m.get(0), m.get(1), m.get(2)));
  }
}
