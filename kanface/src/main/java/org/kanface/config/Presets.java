package org.kanface.config;

import static java.util.Map.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Configurations by name: [TrainConfig#DEFAULTS] and what differs.
///
/// - `KANFace_RR_GG_LOSS_512_webface`: the thirteen published jobs on WebFace12M, values as
///   published; RR is ten times the rank ratio, GG the grid size. `rec` must be set to the data.
/// - `EdgeFace_baseline`: the same job for the EdgeFace baseline.
/// - `rgb`: the published iResNet with Gaussian-weighted pooling, also as `r100_gwp_cos_512`, and
///   `r50_ada_512`: AdaFace's backbone under its loss and by its recipe.
/// - `EfficientFR_arc_512_vggface2`: the published EfficientFR with its protocol, a closed set
///   split by image; `EfficientFR_arc_512_vggface2_strangers`: the same training, verified on
///   people held back from it.
/// - `demo`: a small KANFace on generated faces, minutes on a laptop.
/// - `faces`: real aligned faces, tens of thousands of images, one machine; set `rec` to the
///   folder.
/// - `faces_reference`: the same task with a fixed recipe that results are compared by.
public final class Presets {
  private static final List<Double> ARC = List.of(1.0, 0.5, 0.0);
  private static final List<Double> COS = List.of(1.0, 0.0, 0.4);
  private static final Map<String, TrainConfig> ALL = all();

  private Presets() {}

  /// The names, in order of appearance.
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /// The preset of this name, which may be written as the reference's path, `configs/NAME.py`.
  /// Throws [ConfigException] naming the nearest one.
  public static TrainConfig get(String source) {
    String name = source.replaceFirst("^configs/(.*/)?", "").replaceFirst("\\.py$", "");
    TrainConfig preset = ALL.get(name);
    if (preset == null) {
      throw new ConfigException(
          "no preset or file named %s; did you mean %s?"
              .formatted(source, Retired.nearest(name, names())));
    }
    return preset;
  }

  private static Map<String, TrainConfig> all() {
    Map<String, TrainConfig> presets = new LinkedHashMap<>();
    add(presets, "demo", demo());
    add(presets, "faces", faces());
    add(presets, "faces_reference", facesReference());
    for (int ratio : new int[] {5, 6}) {
      for (String loss : ratio == 5 ? List.of("arc") : List.of("arc", "cos")) {
        for (int grid : new int[] {15, 20, 25, 30}) {
          String base = "KANFace_0%d_%d_%s_512".formatted(ratio, grid, loss);
          add(presets, base + "_webface", webface(ratio, grid, loss, base));
        }
      }
    }
    String base = "KANFace_06_25_arc_512";
    Map<String, Object> again = new LinkedHashMap<>(webface(6, 25, "arc", base));
    again.putAll(Map.of("resume", true, "lr", 1e-5, "num_epoch", 100));
    add(presets, base + "_webface_continue", again);
    Map<String, Object> baseline =
        new LinkedHashMap<>(webface(6, 25, "arc", "EdgeFace_06_arc_512"));
    baseline.putAll(Map.of("network", "EdgeFace", "dropout", 0.2));
    add(presets, "EdgeFace_baseline", baseline);
    add(presets, "rgb", iResNet("r100", "saved_models/gauss"));
    add(presets, "r100_gwp_cos_512", iResNet("r100", "results/r100_gwp_cos_512"));
    add(presets, "r50_ada_512", adaFace());
    add(presets, "EfficientFR_arc_512_vggface2", efficientFr());
    Map<String, Object> strangers = new LinkedHashMap<>(efficientFr());
    strangers.putAll(Map.of("split", "identity", "output", "results/EfficientFR_strangers"));
    add(presets, "EfficientFR_arc_512_vggface2_strangers", strangers);
    return presets;
  }

  private static void add(
      Map<String, TrainConfig> presets, String name, Map<String, Object> values) {
    presets.put(name, TrainConfig.DEFAULTS.with(values).named(name));
  }

  private static Map<String, Object> webface(int ratio, int grid, String loss, String base) {
    return Map.ofEntries(
        entry("rank_ratio", ratio / 10.0),
        entry("grid_size", grid),
        entry("margin_list", loss.equals("arc") ? ARC : COS),
        entry("sample_rate", 0.3),
        entry("fp16", true),
        entry("weight_decay", 0.05),
        entry("batch_size", 1024),
        entry("optimizer", "adamw"),
        entry("lr", 6e-3),
        entry("verbose", 5000),
        entry("save_all_states", true),
        entry("seed", 42),
        entry("num_workers", 64),
        entry("num_classes", 617_970),
        entry("num_images", 12_720_066),
        entry("num_epoch", 50),
        entry("warmup_epoch", 5),
        entry("rec", "data/webface12m"),
        entry("output", "results/" + base));
  }

  private static Map<String, Object> iResNet(String network, String output) {
    return Map.ofEntries(
        entry("network", network),
        entry("margin_list", COS),
        entry("fp16", true),
        entry("batch_size", 128),
        entry("optimizer", "sgd"),
        entry("lr", 0.1),
        entry("weight_decay", 5e-4),
        entry("lr_schedule", "poly_square"),
        entry("head_update", "sampled"),
        entry("verbose", 2000),
        entry("num_workers", 8),
        entry("num_classes", 205_170),
        entry("num_images", 3_988_731),
        entry("num_epoch", 20),
        entry("warmup_epoch", 0),
        entry("val_targets", List.of("lfw", "cfp_fp", "agedb_30", "calfw", "cplfw")),
        entry("rec", "data/webface4m"),
        entry("output", output));
  }

  /// AdaFace's own recipe for IR-50 on MS1MV2, on RGB images.
  private static Map<String, Object> adaFace() {
    Map<String, Object> values = new LinkedHashMap<>(iResNet("r50_ada", "results/r50_ada_512"));
    values.keySet().removeAll(List.of("num_classes", "num_images"));
    values.putAll(
        Map.ofEntries(
            entry("loss", "adaface"),
            entry("decay_norm", false),
            entry("clip", 0),
            entry("batch_size", 512),
            entry("lr_schedule", "step"),
            entry("lr_milestones", List.of(12, 20, 24)),
            entry("num_epoch", 26),
            entry("crop_augmentation_prob", 0.2),
            entry("low_res_augmentation_prob", 0.2),
            entry("photometric_augmentation_prob", 0.2),
            entry("rec", "data/faces_emore")));
    return values;
  }

  private static Map<String, Object> efficientFr() {
    return Map.ofEntries(
        entry("network", "EfficientFR"),
        entry("image_size", 224),
        entry("resize", true),
        entry("loss", "arcface"),
        entry("margin_list", ARC),
        entry("scale", 30),
        entry("optimizer", "adam"),
        entry("lr", 1e-3),
        entry("weight_decay", 0),
        entry("clip", 0),
        entry("lr_schedule", "plateau"),
        entry("batch_size", 128),
        entry("num_epoch", 60),
        entry("warmup_epoch", 0),
        entry("flip", 0.5),
        entry("rotate", 10),
        entry("rotate_edge", "black"),
        entry("split", "image"),
        entry("augmented_copy", 0.75),
        entry("drop_last", false),
        entry("val_targets", List.of()),
        entry("verbose", 0),
        entry("save_all_states", true),
        entry("checkpoint_epochs", 10),
        entry("keep_last", 6),
        entry("rec", "data/vggface2"),
        entry("output", "results/EfficientFR_arc_512"));
  }

  private static Map<String, Object> demo() {
    return Map.ofEntries(
        entry("rank_ratio", 0.6),
        entry("grid_size", 10),
        entry("image_size", 48),
        entry("embedding_size", 128),
        entry("margin_list", List.of(1.0, 0.0, 0.2)),
        entry("scale", 24),
        entry("margin_ramp_epochs", 3),
        entry("optimizer", "adamw"),
        entry("lr", 4e-3),
        entry("weight_decay", 0.02),
        entry("lr_schedule", "warmup_linear"),
        entry("batch_size", 64),
        entry("num_epoch", 6),
        entry("warmup_epoch", 1),
        entry("rec", DataConfig.SYNTHETIC),
        entry("val_targets", List.of("synthetic")),
        entry("identities", 2400),
        entry("images_per_identity", 8),
        entry("difficulty", 0.35),
        entry("val_pairs", 1000),
        entry("verbose", 0),
        entry("save_all_states", true),
        entry("seed", 42));
  }

  /// Images of 60 pixels, whose last map is a single position: the mean over positions before the
  /// head then loses nothing, and a step costs a third. Half the batch and rate of the reference.
  private static Map<String, Object> faces() {
    Map<String, Object> values = new LinkedHashMap<>(facesReference());
    values.putAll(
        Map.ofEntries(
            entry("image_size", 60),
            entry("resize", true),
            entry("batch_size", 64),
            entry("lr", 1e-3),
            entry("num_epoch", 40),
            entry("margin_ramp_epochs", 8),
            entry("ema", 0.999),
            entry("shift", 4),
            entry("rotate", 8),
            entry("brightness", 0.2),
            entry("contrast", 0.2),
            entry("saturation", 0.2),
            entry("grey", 0.05),
            entry("erase", 0.2),
            entry("verify_at_epoch_end", false))); // nothing is chosen on what is reported
    return values;
  }

  private static Map<String, Object> facesReference() {
    return Map.ofEntries(
        entry("rank_ratio", 0.6),
        entry("grid_size", 25),
        entry("margin_list", List.of(1.0, 0.0, 0.3)),
        entry("scale", 32),
        entry("margin_ramp_epochs", 6),
        entry("optimizer", "adamw"),
        entry("lr", 2e-3),
        entry("weight_decay", 0.05),
        entry("clip", 5),
        entry("lr_schedule", "warmup_linear"),
        entry("batch_size", 128),
        entry("num_epoch", 16),
        entry("warmup_epoch", 1),
        entry("shift", 6),
        entry("flip", 0.5),
        entry("rec", "data/faces/train"),
        entry("val_rec", "data/faces"),
        entry("val_targets", List.of("lfw")),
        entry("verbose", 0),
        entry("save_all_states", true),
        entry("seed", 42));
  }
}
