package org.kanface.gpucheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.simulated.TinyTraining;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

/// Training goes as on the CPU, from the same weights on the same images; gradients of a step are
/// held to float64 ([GradientErrors]).
final class TrainingChecks {
  private static final int STEPS = 20;
  private static final int FEW = 2;
  private static final double LOSS = 1e-4; // of the CPU's, relative above 1
  private static final double WEIGHT = 1e-3;
  private static final int SIDE = 112;
  private static final int SMALL_SIDE = 48;
  private static final int BATCH = 4;
  private static final int LOOKS = 5;

  private TrainingChecks() {}

  static List<Item> items(Device device, boolean small) {
    var items = new ArrayList<Item>();
    int steps = small ? FEW : STEPS;
    items.add(
        new Item(
            "KANFace: losses and weights of %d steps".formatted(steps),
            () -> losses(device, TinyTraining::kanFace, steps)));
    items.add(
        Item.of("KANFace: the same bits with CUDA graphs", () -> graphs(device, FEW + steps / 2)));
    items.add(
        new Item(
            "KANFace: loss and gradients of a step",
            () -> gradients(device, TinyTraining::kanFace)));
    if (!small) {
      items.add(
          new Item(
              "IResNet-18: loss and gradients of a step",
              () -> gradients(device, TrainingChecks::iResNet)));
      items.add(
          new Item(
              "EfficientFR: loss and gradients of a step",
              () -> gradients(device, TrainingChecks::efficientFr)));
    }
    return items;
  }

  /// On small images, because plain loops in float64 take long.
  private static TinyTraining iResNet(Init init) {
    var config = IResNet.Config.of(18, IResNet.Pooling.AVERAGE);
    return new TinyTraining(init, new IResNet(init, config), BATCH, SMALL_SIDE, 512);
  }

  private static TinyTraining efficientFr(Init init) {
    return new TinyTraining(init, new EfficientFr(init, 512), BATCH, SIDE, 512);
  }

  /// A rounding may carry one activation across its kink, which no tolerance covers: gradients
  /// that are too far from float64 get up to four more looks, on other images. What is wrong
  /// is wrong on all.
  private static Map<String, Object> gradients(
      Device device, Function<Init, TinyTraining> training) {
    try (var truth = training.apply(new Init(Device.reference(), DType.F64, 1));
        var cpu = training.apply(Init.of(Device.cpu(), 1));
        var tried = training.apply(Init.of(device, 1))) {
      truth.load(cpu);
      tried.load(cpu);
      var looks = new ArrayList<Object>();
      var doubted = new TreeSet<String>();
      String doubt = "";
      do {
        int batch = looks.size();
        double expected = truth.gradients(batch);
        double onCpu = cpu.gradients(batch);
        double found = tried.gradients(batch);
        requireNear("loss", expected, found, LOSS * Math.max(1, Math.abs(expected)));
        var noise = GradientErrors.of(truth, cpu);
        var errors = GradientErrors.of(truth, tried);
        var apart = errors.apart(noise);
        if (batch == 0) {
          doubted.addAll(apart.keySet());
        } else {
          doubted.retainAll(apart.keySet());
        }
        doubt = doubted.isEmpty() ? "" : apart.get(doubted.first());
        looks.add(
            Json.of(
                "loss",
                found,
                "loss_on_cpu",
                onCpu,
                "loss_in_float64",
                expected,
                "typical_error",
                errors.typical(),
                "typical_error_on_cpu",
                noise.typical(),
                "doubted",
                List.copyOf(apart.keySet())));
      } while (!doubted.isEmpty() && looks.size() < LOOKS);
      if (!doubted.isEmpty()) {
        throw new AssertionError("%d gradients, for example %s".formatted(doubted.size(), doubt));
      }
      return Json.of("batches", looks);
    }
  }

  private static Map<String, Object> losses(
      Device device, Function<Device, TinyTraining> training, int steps) {
    try (var cpu = training.apply(Device.cpu());
        var tried = training.apply(device)) {
      tried.load(cpu);
      var expected = new ArrayList<Object>();
      var found = new ArrayList<Object>();
      for (int step = 0; step < steps; step++) {
        double onCpu = cpu.step(step);
        double here = tried.step(step);
        expected.add(onCpu);
        found.add(here);
        requireNear("loss of step " + step, onCpu, here, LOSS * Math.max(1, Math.abs(onCpu)));
      }
      double worst = 0;
      for (var entry : cpu.state().entrySet()) {
        float[] want = entry.getValue().external();
        float[] got = tried.state().get(entry.getKey()).external();
        for (int i = 0; i < want.length; i++) {
          requireNear(entry.getKey(), want[i], got[i], WEIGHT);
          worst = Math.max(worst, Math.abs((double) want[i] - got[i]));
        }
      }
      return Json.of(
          "losses", found, "losses_on_cpu", expected, "largest_difference_of_weights", worst);
    }
  }

  /// Losses and weights of a training whose steps go through graphs are those of one without.
  private static void graphs(Device device, int steps) {
    try (var plain = TinyTraining.kanFace(device);
        var repeated = TinyTraining.kanFace(device)) {
      repeated.load(plain);
      var work = new Object();
      double[] losses = IntStream.range(0, steps).mapToDouble(plain::step).toArray();
      for (int step = 0; step < steps; step++) {
        int number = step;
        var loss = new double[1];
        device.repeated(work, () -> loss[0] = repeated.step(number));
        requireNear("loss of step " + step, losses[step], loss[0], 0);
      }
      plain
          .state()
          .forEach(
              (key, p) -> {
                float[] want = p.external();
                float[] got = repeated.state().get(key).external();
                for (int i = 0; i < want.length; i++) {
                  requireNear(key, want[i], got[i], 0);
                }
              });
    }
  }

  private static void requireNear(String what, double expected, double found, double tolerance) {
    boolean near = Math.abs(expected - found) <= tolerance; // not where it is NaN
    if (!near) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "%s: expected %.7g, found %.7g, tolerance %.2g",
              what,
              expected,
              found,
              tolerance));
    }
  }
}
