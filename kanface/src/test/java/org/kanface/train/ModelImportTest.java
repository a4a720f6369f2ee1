package org.kanface.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.Graph;
import org.kanface.config.ConfigLoader;
import org.kanface.config.LossConfig;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

class ModelImportTest {
  private static ModelConfig model(String words) {
    return ConfigLoader.override(TrainConfig.DEFAULTS, List.of(words.split(" "))).model();
  }

  private static Module network(ModelConfig model, int seed) {
    Module network = Networks.create(model, Init.of(Device.cpu(), seed));
    network.train(false);
    return network;
  }

  /// Shapes without values.
  private static SequencedMap<String, SafeTensors.Entry> shapes(Module network, String prefix) {
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    network
        .state()
        .forEach(
            (key, p) ->
                out.put(
                    prefix + key,
                    new SafeTensors.Entry(
                        DType.F32, p.externalShape(), MemorySegment.ofArray(new byte[0]))));
    return out;
  }

  private static Map<String, Shape> sizes(Module network) {
    var out = new LinkedHashMap<String, Shape>();
    network.state().forEach((key, p) -> out.put(key, p.externalShape()));
    return out;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "network=KANFace dims=8,8,12,16 grid_size=5 spline_order=2 embedding_size=16"
            + " rank_ratio=0.45",
        "network=KANFace rank_ratio=0.5 grid_size=15 heads=2",
        "network=KANFace",
        "network=EdgeFace embedding_size=64",
        "network=edgeface_xxs embedding_size=64",
        "network=edgeface_xs_gamma_06",
        "network=edgeface_s_gamma_05",
        "network=r18 pooling=flatten stem_kernel=3 embedding_size=128",
        "network=EfficientFR image_size=224 embedding_size=128",
        "network=MobileFaceNet embedding_size=128"
      })
  void networksAreToldFromTheirTensors(String words) {
    ModelConfig wanted = model(words);
    try (Module network = network(wanted, 1)) {
      for (String prefix : List.of("module.", "backbone.net.")) {
        var guess = Objects.requireNonNull(NetworkGuess.of(shapes(network, prefix), "a.pt"));
        assertThat(guess.prefix()).isEqualTo(prefix);
      }
      var guess = Objects.requireNonNull(NetworkGuess.of(shapes(network, ""), "a.pt"));
      ModelConfig found = TrainConfig.DEFAULTS.with(guess.values()).model();
      assertThat(guess.prefix()).isEmpty();
      assertThat(found.stageDims()).isEqualTo(wanted.stageDims());
      if (wanted.dims().isEmpty()) { // ranks of small stages fit several ratios
        assertThat(found.rankRatio()).isEqualTo(wanted.rankRatio());
      }
      try (Module again = network(found, 1)) {
        assertThat(sizes(again)).isEqualTo(sizes(network));
      }
    }
  }

  @Test
  void underAdaFaceAnIResNetIsAdaFaces() {
    try (Module network = network(model("network=r18_ada"), 1)) {
      var guess = Objects.requireNonNull(NetworkGuess.of(shapes(network, "model."), "a.pt"));
      assertThat(TrainConfig.DEFAULTS.with(guess.values()).model().network()).isEqualTo("r18");
      AdaFaceState.complete(guess.values());
      TrainConfig found = TrainConfig.DEFAULTS.with(guess.values());
      assertThat(found.model().network()).isEqualTo("r18_ada");
      assertThat(found.loss().loss()).isEqualTo(LossConfig.Family.ADAFACE);
    }
  }

  @Test
  void otherTensorsAreNoNetworkAndTwoAreTooMany() {
    assertThat(NetworkGuess.of(Map.of("weight", entry(3)), "a.pt")).isNull();
    Map<String, SafeTensors.Entry> two =
        Map.of("student.head.coef", entry(3), "teacher.head.coef", entry(3));
    assertThatThrownBy(() -> NetworkGuess.of(two, "a.pt"))
        .hasMessage(
            "a.pt holds more than one network, under student. and teacher.; name one of them with"
                + " --prefix");
  }

  private static SafeTensors.Entry entry(int size) {
    return SafeTensors.Entry.of(Shape.of(size), new float[size]);
  }

  /// timm's names and KANFace's for one network: the same embeddings.
  @Test
  void edgeFaceGoesFromOneSchemeToTheOther() {
    try (Module timm = network(model("network=edgeface_xs_gamma_06"), 3);
        Module plain = network(model("network=EdgeFace"), 4)) {
      var entries = StateDict.of(timm);
      StateDict.load(plain, KeyMatch.fit(entries, plain.state(), "a.pt", "EdgeFace"), "a.pt");
      float[] expected = embed(timm);
      assertThat(embed(plain)).containsExactly(expected, within(1e-5f));

      var back = KeyMatch.fit(StateDict.of(plain), timm.state(), "a.pt", "edgeface_xs_gamma_06");
      assertThat(back.keySet()).isEqualTo(entries.keySet());
    }
  }

  private static float[] embed(Module network) {
    var pixels = new float[3 * 64 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (i * 37 % 255) / 127.5f - 1;
    }
    try (Graph graph = Graph.inference()) {
      return network
          .forward(graph.constant(Tensor.of(Device.cpu(), Shape.of(1, 64, 64, 3), pixels)))
          .value()
          .toFloats();
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    try (Module network = network(model("network=MobileFaceNet embedding_size=8"), 1)) {
      var state = network.state();
      var entries = shapes(network, "");
      entries.remove("bn.num_batches_tracked");
      assertThat(KeyMatch.fit(entries, state, "a.pt", "MobileFaceNet")).hasSize(state.size());

      entries.put("extra.num_batches_tracked", entry(1));
      assertThat(KeyMatch.fit(entries, state, "a.pt", "MobileFaceNet")).hasSize(state.size());

      entries.remove("conv3.bias");
      entries.put("bn.weight", entry(9));
      for (int i = 0; i < 5; i++) {
        entries.put("head." + i, entry(1));
      }
      assertThatThrownBy(() -> KeyMatch.fit(entries, state, "a.pt", "MobileFaceNet"))
          .isInstanceOf(TrainingException.class)
          .hasMessage(
              "a.pt does not fit MobileFaceNet: 1 tensor is missing (conv3.bias [8]); 5 tensors are"
                  + " unexpected (head.0, head.1, head.2, …); 1 tensor is of another shape"
                  + " (bn.weight [9], expected [8])");
    }
  }
}
