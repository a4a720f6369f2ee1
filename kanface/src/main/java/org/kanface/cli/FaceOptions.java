package org.kanface.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kanface.config.ModelConfig;
import org.kanface.data.image.Contrast;
import org.kanface.data.image.Fit;
import org.kanface.detect.FaceDetector;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;
import picocli.CommandLine.Option;

/// How image files become faces for a network.
final class FaceOptions {
  @Option(
      names = "--detector",
      paramLabel = "FOLDER",
      description =
          "Find and align the main face of each image with the MTCNN networks in FOLDER"
              + " (pnet, rnet, onet.safetensors). Default: images are aligned faces.")
  private Path detector = Path.of("");

  @Option(
      names = "--min-face",
      paramLabel = "PIXELS",
      description = "Smallest face that --detector looks for. Default: ${DEFAULT-VALUE}.")
  private int minFace = FaceDetector.Config.DEFAULT.minFace();

  @Option(
      names = "--clahe",
      description = "Raise the local contrast of faces (EfficientFR's preprocessing).")
  private boolean clahe;

  @Option(
      names = "--clip",
      paramLabel = "LIMIT",
      description = "Clip limit of --clahe. Default: ${DEFAULT-VALUE}.")
  private double clip = Contrast.CLIP;

  /// Whether photographs are searched for faces.
  boolean detects() {
    return !detector.toString().isEmpty();
  }

  /// Faces as `model` takes them; the detector runs on the model's device.
  FaceSource open(ModelFile.Loaded model) {
    ModelConfig network = model.config().model();
    return open(model.device(), network.imageSize(), Networks.fit(network));
  }

  /// Faces of `side` pixels; the detector runs on `device`.
  FaceSource open(Device device, int side) {
    return open(device, side, Fit.SQUARE);
  }

  private FaceSource open(Device device, int side, Fit fit) {
    FaceSource faces =
        detects()
            ? FaceSource.detected(
                FaceDetector.load(
                    detector, device, FaceDetector.Config.DEFAULT.withMinFace(minFace)),
                side)
            : FaceSource.aligned(side, fit);
    return faces.enhanced(clip());
  }

  /// The clip limit for faces, null where their contrast stays as it is.
  @Nullable Double clip() {
    return clahe ? Double.valueOf(clip) : null;
  }
}
