package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kanface.config.ModelConfig;
import org.kanface.onnx.Agreement;
import org.kanface.onnx.OnnxException;
import org.kanface.onnx.OnnxExport;
import org.kanface.onnx.OnnxModel;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.StateExport;
import org.kanface.train.TrainingException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface export`: a trained network as an ONNX file, or its state for PyTorch.
@Command(
    name = "export",
    description = {
      "Writes a trained network as an ONNX file (opset 17), and compares the two where ONNX Runtime"
          + " is on the class path.",
      "Input: images [batch, 3, side, side], float32, RGB from 0 to 255; the normalisation is in"
          + " the file. Output: embeddings [batch, embedding_size], not normalised.",
      "OUT.safetensors instead takes the network's weights and the class centres of a checkpoint"
          + " (checkpoints/step-….safetensors) under PyTorch's names, as AdaFace's trainer has them"
          + " in state_dict: model.… and head.…; load_file of safetensors.torch reads them."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Runnable {
  private static final int[] BATCHES = {1, 3};

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "model.safetensors or best.safetensors of a run, for OUT.safetensors also a checkpoint.")
  private Path model = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The file to write, .onnx or .safetensors.")
  private Path target = Path.of("");

  @Option(names = "--force", description = "Replace OUT where there is such a file already.")
  private boolean force;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    if (!Files.isRegularFile(model)) {
      throw new TrainingException(model + ": no such file");
    }
    boolean state = target.toString().endsWith(".safetensors");
    if (!state && !target.toString().endsWith(".onnx")) {
      throw new TrainingException(target + ": expected a name that ends in .onnx or .safetensors");
    }
    if (Files.exists(target) && !force) {
      throw new TrainingException(target + " exists already; --force replaces it");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (state) {
      StateExport.Written written = StateExport.write(model, target);
      out.printf(
          "%s: %d tensors of the network under \"model.\", %d of the head under \"head.\"%n",
          target, written.network(), written.head());
      return;
    }
    try (ModelFile.Loaded loaded = ModelFile.load(model, Device.cpu())) {
      OnnxExport.Written written = OnnxExport.write(target, loaded);
      ModelConfig network = loaded.config().model();
      out.printf(
          "%s: %s, %d nodes, %.1f MB; images [batch, 3, %d, %d] → embeddings [batch, %d]%n",
          target,
          network.network(),
          written.nodes(),
          written.bytes() / 1e6,
          network.imageSize(),
          network.imageSize(),
          network.embeddingSize());
      if (OnnxModel.isSupported()) {
        check(loaded, out);
      } else {
        out.println("not checked: " + OnnxModel.ABSENT);
      }
    }
  }

  private void check(ModelFile.Loaded loaded, PrintWriter out) {
    int side = loaded.config().model().imageSize();
    try (OnnxModel exported = OnnxModel.open(target)) {
      for (int count : BATCHES) {
        Agreement found = Agreement.of(loaded.embedder(), exported.embedder(false), side, count);
        if (!found.holds()) {
          throw new OnnxException(
              "%s does not compute what %s does: on %d images ONNX Runtime differs by %.1e of the largest number, expected %.0e or less"
                  .formatted(target, model, count, found.difference(), Agreement.LIMIT));
        }
        out.printf(
            "ONNX Runtime agrees on %s: largest difference %.1e of the largest number, cosine"
                + " %.7f%n",
            count == 1 ? "1 image" : count + " images", found.difference(), found.cosine());
      }
    }
  }
}
