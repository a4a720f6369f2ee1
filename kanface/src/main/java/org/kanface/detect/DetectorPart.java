package org.kanface.detect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.nn.backbone.mtcnn.PNet;
import org.kanface.nn.backbone.mtcnn.RNet;
import org.kanface.tensor.Device;

/// A network of MTCNN as a file of a detector's folder.
public enum DetectorPart {
  PROPOSALS("pnet.safetensors", "conv4_2.weight"),
  REFINEMENT("rnet.safetensors", "conv5_2.weight"),
  OUTPUT("onet.safetensors", "conv6_3.weight");

  private static final String FIRST = "features.conv1.weight"; // all three have it

  private final String fileName;
  private final String last; // no other network has it

  DetectorPart(String fileName, String last) {
    this.fileName = fileName;
    this.last = last;
  }

  private Module network() {
    Init init = Init.of(Device.cpu(), 0);
    return switch (this) {
      case PROPOSALS -> new PNet(init);
      case REFINEMENT -> new RNet(init);
      case OUTPUT -> new ONet(init);
    };
  }

  /// Its name in a detector's folder.
  public String fileName() {
    return fileName;
  }

  /// The part that has these tensors, by their names.
  public static Optional<DetectorPart> of(Map<String, SafeTensors.Entry> tensors) {
    return Arrays.stream(values())
        .filter(p -> tensors.containsKey(FIRST) && tensors.containsKey(p.last))
        .findFirst();
  }

  /// Writes tensors that were read elsewhere and returns how many values they have. Throws
  /// [DetectionException] or [org.kanface.nn.StateException], naming `source`, where they are not
  /// this network's or not finite; the file appears when it is complete.
  public long write(Map<String, SafeTensors.Entry> tensors, String source, Path target) {
    if (Files.isDirectory(target)) {
      throw new DetectionException(target + " is a folder, expected a file to write", null);
    }
    Path temporary = target.resolveSibling(target.getFileName() + ".part");
    try (Module module = network()) {
      StateDict.load(module, tensors, source);
      module
          .state()
          .forEach(
              (key, p) -> {
                if (!p.var().value().isFinite()) {
                  throw new DetectionException(
                      source + ": \"" + key + "\" holds numbers that are not finite", null);
                }
              });
      Path folder = target.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      StateDict.save(module, temporary, Map.of());
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      return module.trainedCount();
    } catch (IOException e) {
      throw new DetectionException(target + " cannot be written: " + e.getMessage(), e);
    }
  }

  /// Fills a network of this part from a detector's folder; throws as [FaceDetector#load].
  void load(Module module, Path folder) {
    Path file = folder.resolve(fileName);
    if (!Files.isRegularFile(file)) {
      throw new DetectionException(
          file
              + ": no such file; a detector is a folder with pnet.safetensors, rnet.safetensors and"
              + " onet.safetensors, which kanface import writes",
          null);
    }
    try (SafeTensors weights = SafeTensors.open(file)) {
      StateDict.load(module, weights.entries(), file.toString());
      module.train(false);
    } catch (IOException e) {
      throw new DetectionException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
