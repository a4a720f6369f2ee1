package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.weights.WeightFile;
import org.kanface.detect.DetectorPart;
import org.kanface.train.ModelImport;
import org.kanface.train.TrainingException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface import`: weights that were trained elsewhere.
@Command(
    name = "import",
    description = {
      "Reads a PyTorch checkpoint (.pt, .pth; of any version, with a state dict), a pickled"
          + " dictionary of NumPy arrays (.npy) or safetensors, and writes a model file that test,"
          + " embed and compare take with --model.",
      "The three networks of MTCNN are known too: imported into one folder as pnet, rnet and"
          + " onet.safetensors, they are what --detector takes.",
      "The network and its sizes follow from the tensors; KEY=VALUE replaces them, such as"
          + " network=r50, pooling=gap, mean=0.5,0.5,0.5, std=0.5,0.5,0.5. Nothing in the file is"
          + " run."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Runnable {
  private static final int SHOWN = 4; // keys that were left out

  @Parameters(index = "0", paramLabel = "FILE", description = "The weights.")
  private Path file = Path.of("");

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "KEY=VALUE",
      description = "Configuration that replaces what follows from the tensors.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The model file. Default: the name of the weights with .safetensors.")
  private Path output = Path.of("");

  @Option(
      names = "--part",
      paramLabel = "KEYS",
      description =
          "The dictionary in a nested checkpoint, such as state_dict or model.ema. Default: the"
              + " usual one.")
  private String part = "";

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "What the network's keys begin with, such as student. Default: found.")
  private String prefix = "";

  @Option(
      names = "--bgr",
      description =
          "The network was trained on images with blue first, as AdaFace's is; the first"
              + " convolution's channels are turned round, for red first.")
  private boolean bgr;

  @Option(names = "--force", description = "Replace an existing model file.")
  private boolean force;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    var tensors = WeightFile.read(file, part);
    Optional<DetectorPart> detector =
        words.isEmpty() && prefix.isEmpty() ? DetectorPart.of(tensors) : Optional.empty();
    Path target =
        output.toString().isEmpty()
            ? detector.map(p -> file.resolveSibling(p.fileName())).orElseGet(() -> beside(file))
            : output;
    if (Files.exists(target) && !force) {
      throw new TrainingException(
          "%s exists; name another file with --output, or replace it with --force"
              .formatted(target));
    }
    if (detector.isPresent()) {
      long parameters = detector.get().write(tensors, file.toString(), target);
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "MTCNN %s: %d tensors, %,d parameters, for --detector%nwritten: %s%n",
              detector.get().fileName().replace(".safetensors", ""),
              tensors.size(),
              parameters,
              target);
      return;
    }
    report(ModelImport.run(new ModelImport.Source(file, part, prefix, bgr), words, target), target);
  }

  private static Path beside(Path file) {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    return file.resolveSibling(name + ".safetensors");
  }

  private void report(ModelImport.Outcome outcome, Path target) {
    PrintWriter out = spec.commandLine().getOut();
    TrainConfig config = outcome.config();
    ModelConfig model = config.model();
    out.printf(
        Locale.ROOT,
        "%s: %d tensors, %,d parameters, embeddings of %d%n",
        model.network(),
        outcome.tensors(),
        outcome.parameters(),
        model.embeddingSize());
    out.printf(
        "input: RGB, %d x %d pixels, mean %s, std %s%n",
        model.imageSize(), model.imageSize(), model.mean(), model.std());
    if (outcome.classes() > 0) {
      out.printf(
          Locale.ROOT,
          "head: AdaFace's, %,d classes%s%n",
          outcome.classes(),
          bgr ? "" : "; where its own trainer fed the network blue first, import with --bgr");
    }
    if (!outcome.prefix().isEmpty()) {
      out.printf("keys without \"%s\"%n", outcome.prefix());
    }
    List<String> left = outcome.leftOut();
    if (!left.isEmpty()) {
      out.printf(
          "left out: %s%s%n",
          String.join(", ", left.subList(0, Math.min(SHOWN, left.size()))),
          left.size() > SHOWN ? " and %d more".formatted(left.size() - SHOWN) : "");
    }
    out.printf("written: %s%n", target);
  }
}
