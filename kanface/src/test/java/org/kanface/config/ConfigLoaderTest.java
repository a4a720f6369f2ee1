package org.kanface.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.tensor.Json;

class ConfigLoaderTest {

  static List<String> presets() {
    return Presets.names();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyPresetSurvivesYamlAndJson(String name) {
    TrainConfig config = Presets.get(name);

    String yaml = ConfigLoader.toYaml(config);
    assertThat(ConfigLoader.fromYaml("other", yaml, "text")).isEqualTo(config);

    String json = Json.writePretty(config.toMap());
    assertThat(ConfigLoader.fromYaml("other", json, "text")).isEqualTo(config);
    assertThat(ConfigLoader.fromMap("other", Json.object(Json.parse(json), "config")))
        .isEqualTo(config);
  }

  @Test
  void publishedJobsHaveTheirPublishedValues() {
    assertThat(Presets.names().stream().filter(n -> n.contains("webface"))).hasSize(13);
    TrainConfig job = Presets.get("KANFace_06_25_arc_512_webface");
    assertThat(job.model().rankRatio()).isEqualTo(0.6);
    assertThat(job.model().gridSize()).isEqualTo(25);
    assertThat(job.loss().marginList()).containsExactly(1.0, 0.5, 0.0);
    assertThat(job.loss().sampleRate()).isEqualTo(0.3);
    assertThat(job.optim().optimizer()).isEqualTo(OptimConfig.Optimizer.ADAMW);
    assertThat(job.optim().lrSchedule()).isEqualTo(OptimConfig.Schedule.POLY_WARMUP);
    assertThat(job.data().numClasses()).isEqualTo(617_970);
    assertThat(job.outputFolder()).isEqualTo("results/KANFace_06_25_arc_512");
    assertThat(Presets.get("KANFace_05_30_arc_512_webface").model().stageDims())
        .containsExactly(48, 96, 160, 304);
    assertThat(Presets.get("KANFace_06_15_cos_512_webface").loss().marginList())
        .containsExactly(1.0, 0.0, 0.4);
    TrainConfig again = Presets.get("KANFace_06_25_arc_512_webface_continue");
    assertThat(again.run().resume()).isTrue();
    assertThat(again.optim().lr()).isEqualTo(1e-5);
    assertThat(again.optim().numEpoch()).isEqualTo(100);
    assertThat(again.outputFolder()).isEqualTo(job.outputFolder());
  }

  @Test
  void theReferencesPathsNameTheirPresets() {
    TrainConfig rgb = Presets.get("configs/rgb");
    assertThat(rgb).isEqualTo(Presets.get("rgb"));
    assertThat(rgb.model().network()).isEqualTo("r100");
    assertThat(rgb.loss().marginList()).containsExactly(1.0, 0.0, 0.4);
    assertThat(rgb.steps(rgb.data().numImages(), 4)).isEqualTo(new Steps(512, 7_790, 0, 155_800));
    assertThat(Presets.get("configs/webface/KANFace_05_15_arc_512_webface.py"))
        .isEqualTo(Presets.get("KANFace_05_15_arc_512_webface"));
    assertThatThrownBy(() -> Presets.get("configs/rgbd"))
        .hasMessage("no preset or file named configs/rgbd; did you mean rgb?");
  }

  @Test
  void adaFacesRecipeSparesBatchNormsAndFallsAtMilestones() {
    OptimConfig optim = Presets.get("r50_ada_512").optim();
    assertThat(optim.decayNorm()).isFalse();
    assertThat(optim.lrSchedule()).isEqualTo(OptimConfig.Schedule.STEP);
    assertThat(optim.lrMilestones()).containsExactly(12, 20, 24);
    assertThat(optim.clip()).isZero();
  }

  @Test
  void stepCountsAreThoseOfTheReference() {
    TrainConfig job = Presets.get("KANFace_06_25_arc_512_webface");

    assertThat(job.steps(job.data().numImages(), 1))
        .isEqualTo(new Steps(1024, 12_421, 62_105, 621_050));
    assertThat(job.steps(job.data().numImages(), 2))
        .isEqualTo(new Steps(2048, 6_210, 31_050, 310_500));
    assertThat(job.steps(job.data().numImages(), 8).perEpoch()).isEqualTo(1_552);
    assertThatThrownBy(() -> job.steps(1000, 2))
        .hasMessage(
            "batch_size: 1000 images do not fill one batch of 2048 (1024 on each of 2 processes)");
  }

  @Test
  void facesReferenceIsTheFixedRecipe() {
    TrainConfig config = Presets.get("faces_reference");
    assertThat(config.loss().cosFace()).isTrue();
    assertThat(config.loss().marginAfter(0)).isZero();
    assertThat(config.loss().marginAfter(3)).isEqualTo(0.15);
    assertThat(config.loss().marginAfter(9)).isEqualTo(0.3);
    assertThat(config.augment().shift()).isEqualTo(6);
    assertThat(config.optim().lrSchedule()).isEqualTo(OptimConfig.Schedule.WARMUP_LINEAR);
  }

  @Test
  void overridesReadAsTheirKeysWant() {
    TrainConfig config =
        ConfigLoader.load(
            "demo",
            List.of(
                "lr=2e-3",
                "margin_list=1,0,0.4",
                "val_targets=[lfw, agedb_30]",
                "dims=",
                "rec=2024",
                "neuron_fun=sum",
                "resume=true",
                "scale=30",
                "output="));

    assertThat(config.optim().lr()).isEqualTo(2e-3);
    assertThat(config.loss().marginList()).containsExactly(1.0, 0.0, 0.4);
    assertThat(config.data().valTargets()).containsExactly("lfw", "agedb_30");
    assertThat(config.model().dims()).isEmpty();
    assertThat(config.data().rec()).isEqualTo("2024");
    assertThat(config.model().neuronFun()).isEqualTo(ModelConfig.NeuronFun.SUM);
    assertThat(config.run().resume()).isTrue();
    assertThat(config.loss().scale()).isEqualTo(30);
    assertThat(config.outputFolder()).isEqualTo("work_dirs/demo");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "gird_size=5 | gird_size: no such key; did you mean grid_size?",
        "batchsize=5 | batchsize: no such key; did you mean batch_size?",
        "dali=true | dali: no such key; there is one loader for every kind of data",
        "wandb_key=x | wandb_key: no such key; keys do not belong into files; set WANDB_API_KEY"
            + " where you call wandb sync",
        "wandb_project=a/b | wandb_project: expected up to 128 characters without / \\ # ? % :, got"
            + " \"a/b\"",
        "save_artifacts=true | save_artifacts: they are kept with a run of Weights & Biases; set"
            + " using_wandb=true too",
        "batch_size=big | batch_size: expected a whole number below 2^31, got \"big\"",
        "batch_size=1.5 | batch_size: expected a whole number below 2^31, got 1.5",
        "batch_size=99999999999 | batch_size: expected a whole number below 2^31, got 99999999999",
        "batch_size=99999999999999999999 | batch_size: expected a whole number below 2^31, got"
            + " 99999999999999999999",
        "batch_size= | batch_size: expected a whole number below 2^31, got nothing",
        "resume=yes | resume: expected true or false, got \"yes\"",
        "optimizer=lion | optimizer: expected sgd or adam or adamw, got \"lion\"",
        "margin_list=a,b,c | margin_list: expected a number, got \"a\"",
        "margin_list=1,0.5 | margin_list: expected three numbers, got [1.0, 0.5]",
        "margin_list=1,0.3,0.2 | margin_list: m2 (ArcFace) and m3 (CosFace) do not combine; set one"
            + " of 0.3 and 0.2 to 0",
        "grid_size=0 | grid_size: expected 1 or more, got 0",
        "rank_ratio=0 | rank_ratio: expected a number above 0 and up to 1, got 0.0",
        "rank_ratio=.nan | rank_ratio: expected a number above 0 and up to 1, got NaN",
        "rank_ratio=0.02 | rank_ratio: 0.02 leaves stage 0 with 32 channels no rank at all;"
            + " expected at least 0.03125",
        "image_size=16 | image_size: KANFace needs 32 to 1024 pixels, got 16",
        "heads=3 | heads: expected a divisor of every attention stage's channels; stage 1 has 64,"
            + " got 3",
        "dims=[8,8,3,8] | heads: expected a divisor of every attention stage's channels; stage 2"
            + " has 3, got 4",
        "dims=[8,8,8] | dims: expected four numbers or none, got [8, 8, 8]",
        "network=KanFace | network: expected one of KANFace, EdgeFace, edgeface_xxs,"
            + " edgeface_xs_gamma_06, edgeface_s_gamma_05, edgeface_base, r18, r34, r50, r100,"
            + " r200, r18_ada, r34_ada, r50_ada, r100_ada, r200_ada, EfficientFR, MobileFaceNet,"
            + " got \"KanFace\"",
        "network=MobileFaceNet | image_size: MobileFaceNet needs 112 pixels, got 48",
        "dropout=1 | dropout: expected 0 to 0.99, got 1",
        "loss=arcface | margin_list: the arcface loss adds m2 to the angle and has no m3, got 0.2",
        "lr=-1 | lr: expected a positive number, got -1",
        "lr_milestones=5 | lr_milestones: only lr_schedule=step has milestones, got [5]",
        "lr_milestones=5,3 | lr_milestones: expected epochs above 0, ascending, got [5, 3]",
        "sample_rate=0 | sample_rate: expected a number above 0 and up to 1, got 0.0",
        "warmup_epoch=50 | warmup_epoch: expected less than num_epoch (6), got 50",
        "lr | expected key=value, got \"lr\"",
      })
  void wrongOverridesAreOneSentence(String override, String message) {
    assertThatThrownBy(() -> ConfigLoader.load("demo", List.of(override)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void otherPrecisionsNeedADeviceThatMayHaveThem() {
    assertThat(ConfigLoader.load("demo", List.of("precision=bf16")).run().device())
        .isEqualTo("auto"); // what it takes decides
    assertThatThrownBy(() -> ConfigLoader.load("demo", List.of("device=cpu", "precision=bf16")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "precision: device=cpu multiplies in f32 alone, got bf16; other precisions need"
                + " device=cuda");
  }

  @Test
  void readsAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("mine.yaml");
    Files.writeString(
        file, "network: KANFace\nlr: 1e-3 # slower\nval_targets: [lfw]\noutput: null\n");

    TrainConfig config = ConfigLoader.load(file.toString(), List.of("batch_size=4"));

    assertThat(config.name()).isEqualTo("mine");
    assertThat(config.optim().lr()).isEqualTo(1e-3);
    assertThat(config.data().batchSize()).isEqualTo(4);
    assertThat(config.data().valTargets()).containsExactly("lfw");
    assertThat(config.outputFolder()).isEqualTo("work_dirs/mine");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "lr: [1 | c.yaml: line 1: not YAML",
        "lr: 1\\nlr: 2 | found duplicate key lr",
        "- lr | c.yaml: expected lines of the form key: value, got a list",
        "just words | c.yaml: expected lines of the form key: value, got \"just words\"",
        "lr: fast | c.yaml: lr: expected a number, got \"fast\"",
        "learning_rate: 1 | c.yaml: learning_rate: no such key",
        "output: 7 | c.yaml: output: expected text, got 7",
        "grid_size: null | c.yaml: grid_size: expected a whole number below 2^31, got nothing",
      })
  void wrongFilesNameTheFile(String text, String message) {
    assertThatThrownBy(() -> ConfigLoader.fromYaml("c", text.replace("\\n", "\n"), "c.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .matches(e -> !String.valueOf(e.getMessage()).contains("\n"), "one line");
  }

  @Test
  void unknownPresetsAndFilesAreNamed() {
    assertThatThrownBy(() -> ConfigLoader.load("KANFace_06_25_arc_512", List.of()))
        .hasMessage(
            "no preset or file named KANFace_06_25_arc_512; did you mean"
                + " KANFace_06_25_arc_512_webface?");
    assertThatThrownBy(() -> ConfigLoader.load("gone/x.yaml", List.of()))
        .hasMessage("gone/x.yaml: no such file");
  }

  @Test
  void emptyFileIsTheDefaults() {
    assertThat(ConfigLoader.fromYaml("defaults", "# nothing\n", "x"))
        .isEqualTo(TrainConfig.DEFAULTS);
    assertThat(TrainConfig.DEFAULTS.with(Map.of())).isEqualTo(TrainConfig.DEFAULTS);
  }

  @Test
  void editDistanceCountsSwapsOnce() {
    assertThat(Retired.distance("gird", "grid")).isEqualTo(1);
    assertThat(Retired.distance("", "abc")).isEqualTo(3);
    assertThat(Retired.distance("kitten", "sitting")).isEqualTo(3);
  }
}
