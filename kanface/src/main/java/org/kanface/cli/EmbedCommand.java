package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kanface.tensor.Json;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface embed`: embeddings of faces.
@Command(
    name = "embed",
    description =
        "Prints the embedding of each image as one line of JSON: {\"image\": …, \"embedding\":"
            + " […]}. An embedding is the sum over the image and its mirror image (see"
            + " --no-mirror), of length 1.",
    mixinStandardHelpOptions = true)
final class EmbedCommand implements Runnable {
  @Mixin private ModelOption model = new ModelOption();
  @Mixin private FaceOptions faces = new FaceOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Square images of aligned faces; photographs with --detector.")
  private List<Path> images = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try (ModelFile.Loaded loaded = model.load(faces.detects());
        FaceSource source = faces.open(loaded)) {
      FaceEmbedder embedder = loaded.embedder(model.mirror());
      for (Path image : images) {
        float[] embedding = embedder.embed(source.face(image));
        out.println(Json.write(Json.of("image", image.toString(), "embedding", embedding)));
      }
    }
  }
}
