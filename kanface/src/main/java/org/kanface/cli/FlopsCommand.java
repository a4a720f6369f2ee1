package org.kanface.cli;

import java.io.PrintWriter;
import java.util.Map;
import org.kanface.config.ConfigException;
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
      "Right: two operations a multiply-add, attention included, splines evaluated where they"
          + " differ from zero; parameters as stored."
    },
    mixinStandardHelpOptions = true)
final class FlopsCommand implements Runnable {
  @Option(
      names = "--name",
      description = "KANFace, EdgeFace, edgeface_xs_gamma_06, … Default: ${DEFAULT-VALUE}.")
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
      names = "--all",
      description = "All eight published networks beside the published numbers.")
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
                    "grid_size", gridSize))
            .model();
    if (!CostTable.covers(model.network())) {
      throw new ConfigException("flops knows KANFace and the EdgeFace networks, not " + name);
    }
    CostTable.of(model).lines().forEach(out::println);
  }
}
