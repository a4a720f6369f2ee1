package org.kanface.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.align.Landmarks;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.StateDict;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.nn.backbone.mtcnn.PNet;
import org.kanface.nn.backbone.mtcnn.RNet;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;

/// The cascade with networks that know nothing: what it returns has no meaning, but a form.
class FaceDetectorTest {
  private static final FaceDetector.Config EVERYTHING =
      new FaceDetector.Config(20, 0.6, 0.45, 0.3, 0.3);

  @TempDir private Path folder;

  @BeforeEach
  void writeNetworks() throws IOException {
    write(new PNet(Init.of(Device.cpu(), 1)), "pnet.safetensors");
    write(new RNet(Init.of(Device.cpu(), 2)), "rnet.safetensors");
    write(new ONet(Init.of(Device.cpu(), 3)), "onet.safetensors");
  }

  private void write(Module network, String name) throws IOException {
    try (network) {
      StateDict.save(network, folder.resolve(name), Map.of());
    }
  }

  private FaceDetector detector() {
    return FaceDetector.load(folder, Device.cpu(), EVERYTHING);
  }

  @Test
  void memoryIsUsedAgain() {
    RgbImage photograph = new SyntheticFaces(4, 1, 90).render(0, 0);
    try (var _ = LeakCheck.on(Device.cpu());
        FaceDetector detector = detector()) {
      List<Face> first = detector.detect(photograph);
      long taken = Device.cpu().pool().stats().nativeBlocks();

      assertThat(first).isNotEmpty();
      for (int i = 0; i < 3; i++) {
        assertThat(detector.detect(photograph)).isEqualTo(first);
      }
      assertThat(Device.cpu().pool().stats().nativeBlocks()).isEqualTo(taken);
    }
  }

  @Test
  void facesComeSurestFirst() {
    try (FaceDetector detector = detector()) {
      List<Face> faces = detector.detect(new SyntheticFaces(4, 1, 70).render(1, 0));

      assertThat(faces).extracting(Face::score).isSortedAccordingTo((a, b) -> Double.compare(b, a));
      assertThat(faces).allMatch(f -> f.score() > EVERYTHING.accept() && f.score() <= 1);
    }
  }

  @Test
  void smallImagesShowNothing() {
    try (FaceDetector detector = detector()) {
      for (int[] size : new int[][] {{1, 1}, {11, 300}, {20, 20}}) {
        assertThat(detector.detect(RgbImage.black(size[0], size[1]))).isEmpty();
      }
      detector.detect(RgbImage.black(21, 21)); // the first size with a window
    }
  }

  @Test
  void mainFaceIsLargeAndCentral() {
    RgbImage photograph = RgbImage.black(200, 100);
    Face central = face(80, 30, 40);
    Face larger = face(0, 0, 45); // 2025 - 2 · (77.5² + 27.5²) is less than 1600
    Face muchLarger = face(60, 0, 90);

    assertThat(Face.main(List.of(), photograph)).isEmpty();
    assertThat(Face.main(List.of(larger, central), photograph)).contains(central);
    assertThat(Face.main(List.of(larger, central, muchLarger), photograph)).contains(muchLarger);
  }

  private static Face face(double left, double top, double side) {
    return new Face(
        new FaceBox(left, top, left + side - 1, top + side - 1), 0.9, Landmarks.TEMPLATE);
  }

  @Test
  void unusableFoldersAreOneSentence() throws IOException {
    Path onet = folder.resolve("onet.safetensors");
    Files.copy(folder.resolve("rnet.safetensors"), onet, StandardCopyOption.REPLACE_EXISTING);
    try (var _ = LeakCheck.on(Device.cpu())) {
      assertThatThrownBy(this::detector)
          .hasMessageContaining("onet.safetensors")
          .hasMessageContaining("features.conv1.weight");
      Files.delete(onet);
      assertThatThrownBy(this::detector)
          .isInstanceOf(DetectionException.class)
          .hasMessageContaining("no such file; a detector is a folder with pnet.safetensors");
    }
    assertThatThrownBy(() -> EVERYTHING.withMinFace(11))
        .hasMessageContaining("the smallest face: expected 12 pixels or more, got 11");
    assertThatThrownBy(() -> new FaceDetector.Config(20, 1, 0.6, 0.7, 0.8))
        .hasMessageContaining("expected between 0 and 1, got 1.0");
  }
}
