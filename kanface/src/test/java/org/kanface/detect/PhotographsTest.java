package org.kanface.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.autograd.Graph;
import org.kanface.data.SharedData;
import org.kanface.data.align.FaceAligner;
import org.kanface.data.align.LandmarkFile;
import org.kanface.data.align.Landmarks;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.weights.Fixture;
import org.kanface.data.weights.WeightFile;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.StateDict;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.nn.backbone.mtcnn.PNet;
import org.kanface.nn.backbone.mtcnn.RNet;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Trained networks on real photographs: every fifth of them, all with
/// `-Dkanface.photographs=all`.
class PhotographsTest {
  @TempDir static Path detector;

  @BeforeAll
  static void importNetworks() {
    for (String name : List.of("pnet", "rnet", "onet")) {
      Path file = Fixture.trained("mtcnn_" + name + ".npy");
      var tensors = WeightFile.read(file);
      DetectorPart part = DetectorPart.of(tensors).orElseThrow();
      part.write(tensors, file.toString(), detector.resolve(part.fileName()));
    }
  }

  /// Channel `c` of pixel (x, y) is `7x + 13y + 40c + ⌊xy/7⌋` modulo 256, as the networks want it.
  private static float[] run(Module network, String file, int width, int height) {
    var x = new float[width * height * 3];
    for (int i = 0; i < x.length; i++) {
      int column = i / 3 % width;
      int row = i / 3 / width;
      x[i] = ((7 * column + 13 * row + 40 * (i % 3) + column * row / 7) % 256 - 127.5f) / 128;
    }
    try (network;
        Graph graph = Graph.inference()) {
      StateDict.load(network, WeightFile.read(Fixture.trained(file)), file);
      Tensor images = Tensor.of(Device.cpu(), Shape.of(1, height, width, 3), x);
      return network.forward(graph.constant(images)).value().toFloats();
    }
  }

  /// Numbers from plain loops in float64, written independently.
  @Test
  void networksSayWhatTheyWereTrainedToSay() {
    Init init = Init.of(Device.cpu(), 0);
    float[] p = run(new PNet(init), "mtcnn_pnet.npy", 25, 31); // [1, 11, 8, 6]
    assertRow(p, 0, 0.9658298, 0.0341702, 0.0521487, 0.0306674, -0.0905996, 0.1025515);
    assertRow(p, 87, 0.9638736, 0.0361264, 0.1508184, -0.0207169, -0.0926134, -0.0603904);
    assertRow(p, 3 * 8 + 5, 0.9925694, 0.0074306, 0.1084183, -0.0116651, -0.0887516, 0.0019546);
    float[] r = run(new RNet(init), "mtcnn_rnet.npy", 24, 24);
    assertRow(r, 0, 0.999662, 0.000338, 0.038728, -0.0252552, 0.0512287, 0.2459196);
    float[] o = run(new ONet(init), "mtcnn_onet.npy", 48, 48);
    assertRow(
        o,
        0,
        0.9975882,
        0.0024118,
        -0.0583936,
        0.0147101,
        -0.0147423,
        0.1391874,
        0.3279478,
        0.5814468,
        0.366703,
        0.2369552,
        0.4317716,
        0.3751372,
        0.3643129,
        0.6086237,
        0.7555041,
        0.7472197);
  }

  private static void assertRow(float[] values, int row, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) values[row * expected.length + i])
          .as("row %d, column %d", row, i)
          .isCloseTo(expected[i], within(2e-6));
    }
  }

  @Test
  void facesAreFoundWhereOthersFoundThem() {
    Path folder = SharedData.folder("raw");
    Map<String, Landmarks> listed = LandmarkFile.read(folder.resolve("landmarks.txt"));
    int step = System.getProperty("kanface.photographs", "").equals("all") ? 1 : 5;
    var names = new ArrayList<>(listed.keySet());
    int photographs = 0;
    int found = 0;
    int near = 0;
    double sum = 0;
    try (var _ = LeakCheck.on(Device.cpu());
        var cascade = FaceDetector.load(detector, Device.cpu(), FaceDetector.Config.DEFAULT)) {
      for (int i = 0; i < names.size(); i += step) {
        RgbImage photograph = ImageCodec.decode(folder.resolve(names.get(i)));
        Optional<Face> face = Face.main(cascade.detect(photograph), photograph);
        photographs++;
        if (face.isPresent()) {
          double error = error(face.get().landmarks(), listed.get(names.get(i)));
          found++;
          near += error <= 0.08 ? 1 : 0;
          sum += error;
        }
      }
    }
    assertThat((double) found / photographs).isGreaterThanOrEqualTo(0.98);
    assertThat(sum / found).as("mean distance in eye distances").isLessThan(0.04);
    assertThat((double) near / photographs).as("share within 0.08").isGreaterThan(0.95);
  }

  /// Faces that others aligned by the same points, but for what JPEG leaves to chance.
  @Test
  void facesAreAlignedAsOthersAlignThem() {
    Path folder = SharedData.folder("raw");
    Path prepared = SharedData.folder("lfw");
    var aligner = new FaceAligner(112);
    int compared = 0;
    for (var listed : LandmarkFile.read(folder.resolve("landmarks.txt")).entrySet()) {
      String name = listed.getKey();
      Path file = prepared.resolve(name.substring(0, name.lastIndexOf('_'))).resolve(name);
      if (Files.isRegularFile(file)) {
        RgbImage photograph = ImageCodec.decode(folder.resolve(name));
        byte[] jpeg = ImageCodec.encodeJpeg(aligner.align(photograph, listed.getValue()), 0.9f);
        assertThat(difference(ImageCodec.decode(jpeg, name), ImageCodec.decode(file)))
            .as(name)
            .isLessThan(0.1);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(100);
  }

  private static double difference(RgbImage a, RgbImage b) {
    double sum = 0;
    for (int i = 0; i < a.pixels().length; i++) {
      sum += Math.abs((a.pixels()[i] & 0xFF) - (b.pixels()[i] & 0xFF));
    }
    return sum / a.pixels().length;
  }

  /// Mean distance of the five points, in distances between the listed eyes.
  private static double error(Landmarks found, Landmarks listed) {
    double sum = 0;
    for (int i = 0; i < 5; i++) {
      sum += found.points().get(i).distance(listed.points().get(i));
    }
    return sum / 5 / listed.eyeDistance();
  }
}
