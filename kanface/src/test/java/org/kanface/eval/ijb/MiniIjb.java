package org.kanface.eval.ijb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;

/// A collection of generated people in the files of IJB-B or IJB-C: aligned faces of 112 pixels
/// drawn, turned and scaled, into larger pictures, with the five points where the template's came
/// to lie.
///
/// Each person has `TEMPLATES` templates of one to three media of one to three images. All pairs of
/// templates are listed. The first template of the first half of the people is the first gallery,
/// of the others the second; all other templates are probes.
public final class MiniIjb {
  public static final int TEMPLATES = 3;

  private static final double[] POINTS = {
    38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041
  };

  private final Path root;
  private final IjbTarget target;
  private final SyntheticFaces faces = new SyntheticFaces(77);
  private final SampleRandom random = new SampleRandom(5, 77);
  private final List<String> media = new ArrayList<>();
  private final List<String> points = new ArrayList<>();
  private final List<RgbImage> drawn = new ArrayList<>();

  private MiniIjb(Path root, IjbTarget target) {
    this.root = root;
    this.target = target;
  }

  /// Writes the collection and returns the aligned faces that went into its images, in the order of
  /// its lists.
  public static List<RgbImage> write(Path root, IjbTarget target, int people) throws IOException {
    var mini = new MiniIjb(root, target);
    Files.createDirectories(root.resolve("loose_crop"));
    Files.createDirectories(root.resolve("meta"));
    for (int t = 0; t < TEMPLATES; t++) {
      for (int person = 0; person < people; person++) {
        mini.template(person, id(person, t));
      }
    }
    mini.lists(people);
    return mini.drawn;
  }

  /// Ids neither begin at 0 nor ascend in the lists.
  static int id(int person, int template) {
    return 900 - 7 * (person * TEMPLATES + template);
  }

  static int person(int id) {
    return (900 - id) / 7 / TEMPLATES;
  }

  private void template(int person, int id) throws IOException {
    int media = 1 + random.nextInt(3);
    for (int m = 0; m < media; m++) {
      int images = 1 + random.nextInt(3);
      for (int i = 0; i < images; i++) {
        image(person, id, 10_000 - 3 * m);
      }
    }
  }

  private void image(int person, int id, int medium) throws IOException {
    int number = drawn.size() + 1;
    RgbImage face = faces.render(person, number);
    double angle = random.uniform(-0.35f, 0.35f);
    double scale = random.uniform(0.9f, 1.6f);
    double a = scale * Math.cos(angle);
    double b = scale * Math.sin(angle);
    double tx = 60 + random.uniform(0, 10) + 112 * Math.max(0, b);
    double ty = 40 + random.uniform(0, 10) + 112 * Math.max(0, -b);
    String name = number + (number % 2 == 0 ? ".jpg" : ".png");
    RgbImage picture = paste(face, a, b, tx, ty);
    Files.write(
        root.resolve("loose_crop").resolve(name),
        number % 2 == 0 ? ImageCodec.encodeJpeg(picture, 0.95f) : ImageCodec.encodePng(picture));
    media.add("%s %d %d".formatted(name, id, medium));
    StringBuilder line = new StringBuilder(name);
    for (int p = 0; p < POINTS.length; p += 2) {
      double x = a * POINTS[p] - b * POINTS[p + 1] + tx;
      double y = b * POINTS[p] + a * POINTS[p + 1] + ty;
      line.append(String.format(Locale.ROOT, " %.3f %.3f", x, y));
    }
    points.add(
        line.append(String.format(Locale.ROOT, " %.6f", random.uniform(0.6f, 1))).toString());
    drawn.add(face);
  }

  /// The face at `(a x − b y + tx, b x + a y + ty)` in a picture of stripes, bilinear.
  private RgbImage paste(RgbImage face, double a, double b, double tx, double ty) {
    int width = 330;
    int height = 290;
    RgbImage picture = RgbImage.black(width, height);
    byte[] bytes = picture.pixels();
    double squares = a * a + b * b;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double fx = (a * (x - tx) + b * (y - ty)) / squares;
        double fy = (a * (y - ty) - b * (x - tx)) / squares;
        int x0 = (int) Math.floor(fx);
        int y0 = (int) Math.floor(fy);
        boolean inside = x0 >= 0 && y0 >= 0 && x0 < 111 && y0 < 111;
        for (int c = 0; c < 3; c++) {
          double v = 90 + 60 * Math.sin((x + 2 * y) / 17.0 + c);
          if (inside) {
            double wx = fx - x0;
            double wy = fy - y0;
            v =
                (face.sample(x0, y0, c) * (1 - wx) + face.sample(x0 + 1, y0, c) * wx) * (1 - wy)
                    + (face.sample(x0, y0 + 1, c) * (1 - wx) + face.sample(x0 + 1, y0 + 1, c) * wx)
                        * wy;
          }
          bytes[(y * width + x) * 3 + c] = (byte) Math.round(v);
        }
      }
    }
    return picture;
  }

  private void lists(int people) throws IOException {
    Path meta = root.resolve("meta");
    String prefix = target.prefix();
    Files.write(meta.resolve(prefix + "_face_tid_mid.txt"), media);
    Files.write(meta.resolve(prefix + "_name_5pts_score.txt"), points);
    List<String> pairs = new ArrayList<>();
    int count = people * TEMPLATES;
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        pairs.add(
            "%d %d %d"
                .formatted(
                    id(i / TEMPLATES, i % TEMPLATES),
                    id(j / TEMPLATES, j % TEMPLATES),
                    i / TEMPLATES == j / TEMPLATES ? 1 : 0));
      }
    }
    Files.write(meta.resolve(prefix + "_template_pair_label.txt"), pairs);
    List<String> probes = header();
    List<String> first = header();
    List<String> second = header();
    for (int person = 0; person < people; person++) {
      (person < people / 2 ? first : second).add(row(person, 0));
      for (int t = 1; t < TEMPLATES; t++) {
        probes.add(row(person, t));
        probes.add(row(person, t)); // a line for each image
      }
    }
    String letter = target == IjbTarget.IJBB ? "S" : "G";
    Files.write(meta.resolve(prefix + "_1N_probe_mixed.csv"), probes);
    Files.write(meta.resolve("%s_1N_gallery_%s1.csv".formatted(prefix, letter)), first);
    Files.write(meta.resolve("%s_1N_gallery_%s2.csv".formatted(prefix, letter)), second);
  }

  private static List<String> header() {
    return new ArrayList<>(List.of("TEMPLATE_ID,SUBJECT_ID,FILENAME"));
  }

  private static String row(int person, int template) {
    return "%d,%d,img/%d.jpg".formatted(id(person, template), 40 + person, person);
  }
}
