package org.kanface.gpucheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.simulated.TinyTraining;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Tensor;

/// Training goes as on the CPU: from the same weights on the same images.
final class TrainingChecks {
  private static final int STEPS = 20;
  private static final int FEW = 2;
  private static final double LOSS = 1e-4; // of the CPU's, relative above 1
  private static final double GRADIENT = 1e-3; // of a tensor's largest, or of 1e-3
  private static final double WEIGHT = 1e-3;
  private static final int SIDE = 112;

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
    if (!small) {
      items.add(
          new Item(
              "KANFace: loss and gradients of a step",
              () -> gradients(device, TinyTraining::kanFace)));
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

  private static TinyTraining iResNet(Device device) {
    var config = IResNet.Config.of(18, IResNet.Pooling.WEIGHTED);
    return new TinyTraining(device, new IResNet(Init.of(device, 1), config), SIDE, 512);
  }

  private static TinyTraining efficientFr(Device device) {
    return new TinyTraining(device, new EfficientFr(Init.of(device, 1), 512), SIDE, 512);
  }

  private static Map<String, Object> gradients(
      Device device, Function<Device, TinyTraining> training) {
    try (var cpu = training.apply(Device.cpu());
        var tried = training.apply(device)) {
      tried.load(cpu);
      double expected = cpu.gradients(0);
      double found = tried.gradients(0);
      requireNear("loss", expected, found, LOSS * Math.max(1, Math.abs(expected)));
      double worst = 0;
      for (var entry : cpu.state().entrySet()) {
        Parameter p = entry.getValue();
        if (p.isTrained()) {
          Tensor dp = tried.state().get(entry.getKey()).var().grad();
          worst = Math.max(worst, worst(entry.getKey(), p.var().grad(), dp));
        }
      }
      return Json.of("loss", found, "loss_on_cpu", expected, "largest_difference", worst);
    }
  }

  /// The largest difference of a tensor's gradients, relative to their largest.
  private static double worst(String key, Tensor expected, Tensor found) {
    float[] want = expected.toFloats();
    float[] got = found.toFloats();
    double top = 1e-3;
    double difference = 0;
    for (int i = 0; i < want.length; i++) {
      top = Math.max(top, Math.abs(want[i]));
      difference = Math.max(difference, Math.abs((double) want[i] - got[i]));
    }
    requireNear("gradient of " + key, 0, difference / top, GRADIENT);
    return difference / top;
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
      for (int step = 0; step < steps; step++) {
        int number = step;
        var loss = new double[1];
        device.repeated(work, () -> loss[0] = repeated.step(number));
        requireNear("loss of step " + step, plain.step(step), loss[0], 0);
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
