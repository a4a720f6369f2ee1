package org.kanface.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.eval.cost.CostTable;
import org.kanface.eval.cost.Published;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kanface flops`: operations and parameters of a network.
@Command(
    name = "flops",
    description = {
      "Operations for one image and parameters of a network, in six lines.",
      "Left: the formulas behind the published tables. They charge the splines' recursion to every"
          + " edge, count GELU twice and attention not at all, and one weight an edge and a bias"
          + " that do not exist.",
      "Of networks with batch norm the left counts one operation a multiply-add, as published for"
          + " the iResNets, and two, one and one a value of batch norm, PReLU and pooling.",
      "Right: two operations a multiply-add, attention included, splines evaluated where they"
          + " differ from zero; parameters as stored."
    },
    mixinStandardHelpOptions = true)
final class FlopsCommand implements Runnable {
  @Option(
      names = "--name",
      description = {
        "KANFace, EdgeFace, edgeface_xs_gamma_06, r50, r50_ada, EfficientFR, MobileFaceNet, …",
        "Default: ${DEFAULT-VALUE}."
      })
  private String name = "KANFace";

  @Option(
      names = {"--rank_ratio", "--rank-ratio"},
      description = "Default: ${DEFAULT-VALUE}.")
  private double rankRatio = 0.6;

  @Option(
      names = {"--num_features", "--num-features"},
      description = "Length of the embedding. Default: ${DEFAULT-VALUE}.")
  private int numFeatures = 512;

  @Option(
      names = {"--grid_size", "--grid-size"},
      description = "Default: ${DEFAULT-VALUE}.")
  private int gridSize = 25;

  @Option(
      names = {"--image_size", "--image-size"},
      description = "Side of the input in pixels. Default: 112, of EfficientFR 224.")
  private Optional<Integer> imageSize = Optional.empty();

  @Option(
      names = "--pooling",
      description = "How an iResNet reduces its last map: gwp, gap or flatten. Default: gwp.")
  private String pooling = "gwp";

  @Option(
      names = {"--stem_kernel", "--stem-kernel"},
      description = "Side of an iResNet's first kernel, 7 or 3. Default: ${DEFAULT-VALUE}.")
  private int stemKernel = 7;

  @Option(
      names = "--all",
      description =
          "Every published size beside ours, = where they agree to the last digit and ≠ elsewhere;"
              + " then every network as it is.")
  private boolean all;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (all) {
      Published.lines().forEach(out::println);
      return;
    }
    ModelConfig model =
        TrainConfig.DEFAULTS
            .with(
                Map.of(
                    "network", name,
                    "rank_ratio", rankRatio,
                    "embedding_size", numFeatures,
                    "grid_size", gridSize,
                    "image_size", side(),
                    "pooling", pooling,
                    "stem_kernel", stemKernel))
            .model();
    CostTable.of(model).lines().forEach(out::println);
  }

  private int side() {
    return imageSize.orElse(name.equals("EfficientFR") ? 224 : 112);
  }
}
