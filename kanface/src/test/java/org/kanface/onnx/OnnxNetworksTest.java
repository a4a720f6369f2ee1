package org.kanface.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.backbone.IResNet;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

/// Every kind of network, exported and run by ONNX Runtime, against the engine itself.
class OnnxNetworksTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "network=KANFace image_size=64",
        "network=KANFace rank_ratio=0.5 grid_size=5 neuron_fun=sum image_size=48",
        "network=KANFace rank_ratio=0.3 grid_size=1 spline_order=2 image_size=32",
        "network=KANFace rank_ratio=0.3 grid_size=3 spline_order=0 image_size=32",
        "network=EdgeFace image_size=32",
        "network=edgeface_xxs image_size=64",
        "network=edgeface_xs_gamma_06 image_size=32",
        "network=r18 pooling=gap image_size=33",
        "network=r18 pooling=gwp stem_kernel=3 image_size=97",
        "network=r18 pooling=flatten image_size=97",
        "network=EfficientFR image_size=40",
        "network=MobileFaceNet image_size=112"
      })
  void onnxRuntimeComputesTheSame(String keys) {
    assumeTrue(OnnxModel.isSupported(), "ONNX Runtime is not on the class path");
    Map<String, Object> values = new HashMap<>(Map.of("embedding_size", 24));
    for (String pair : keys.split(" ")) {
      String[] parts = pair.split("=");
      values.put(parts[0], number(parts[1]));
    }
    TrainConfig config = TrainConfig.DEFAULTS.with(values);
    Device cpu = Device.cpu();
    Path file = folder.resolve("network.onnx");
    try (Module network = create(config.model(), Init.of(cpu, 1))) {
      stir(network);
      network.train(false);
      var original = new ModelFile.Loaded(config, network, cpu);
      OnnxExport.write(file, original);
      int side = config.model().imageSize();
      try (OnnxModel exported = OnnxModel.open(file)) {
        for (int count : new int[] {1, 3}) {
          Agreement found =
              Agreement.of(original.embedder(), exported.embedder(false), side, count);
          System.out.printf("%s: %d images, %s%n", keys, count, found);
          assertThat(found.difference()).as("difference").isLessThanOrEqualTo(Agreement.LIMIT);
          assertThat(found.cosine()).as("cosine").isGreaterThan(1 - 1e-6);
        }
      }
    }
  }

  /// iResNets with fewer blocks: they take long to draw, and have all kinds of layers so.
  private static Module create(ModelConfig model, Init init) {
    if (model.iResNetLayers() == 0) {
      return Networks.create(model, init);
    }
    var pooling =
        switch (model.pooling()) {
          case GWP -> IResNet.Pooling.WEIGHTED;
          case GAP -> IResNet.Pooling.AVERAGE;
          case FLATTEN -> IResNet.Pooling.FLATTEN;
        };
    return new IResNet(
        init,
        new IResNet.Config(
            List.of(2, 1, 1, 1),
            model.stemKernel(),
            pooling,
            model.embeddingSize(),
            0,
            false,
            IResNet.Start.NORMAL));
  }

  private static Object number(String text) {
    if (text.matches("\\d+")) {
      return Integer.valueOf(text);
    }
    return text.matches("[\\d.]+") ? (Object) Double.valueOf(text) : text;
  }

  /// Statistics, scales and slopes that matter: a fresh network's are 0, 1 or tiny.
  private static void stir(Module network) {
    var random = new Random(5);
    for (Map.Entry<String, Parameter> e : network.state().entrySet()) {
      Parameter p = e.getValue();
      if (p.var().dtype() != DType.F32 || p.externalShape().rank() > 1) {
        continue;
      }
      String leaf = e.getKey().substring(e.getKey().lastIndexOf('.') + 1);
      float[] values = p.external();
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (leaf) {
              case "running_var" -> 0.5f + random.nextFloat();
              case "gamma", "gamma_xca" -> 0.3f + 0.4f * random.nextFloat();
              default -> values[i] + 0.2f * (random.nextFloat() - 0.5f);
            };
      }
      p.load(values);
    }
  }
}
