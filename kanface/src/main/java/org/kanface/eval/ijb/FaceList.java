package org.kanface.eval.ijb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.kanface.data.DataException;

/// The faces of a collection, in the order of its lists: which image, template and medium (a
/// photograph, or all frames of one video), where the five points lie, how sure the detector was.
///
/// Two text files without headers, fields separated by spaces, one face a line, the same faces in
/// the same order: `{prefix}_face_tid_mid.txt` with `image template medium`, and
/// `{prefix}_name_5pts_score.txt` with `image x1 y1 … x5 y5 score`, or 68 points instead of five.
public final class FaceList {
  private static final int FIVE = 10; // numbers of five points
  private static final int SIXTY_EIGHT = 136;
  private static final String FACE = "image template medium";
  private static final String POINTS = "image x1 y1 … x5 y5 score";
  private static final int[][] OF_SIXTY_EIGHT = {{36, 39}, {42, 45}, {30, 30}, {48, 48}, {54, 54}};

  private final String[] images;
  private final int[] templates;
  private final int[] media;
  private final float[] points; // [face, 5, x y]
  private final float[] scores;

  private FaceList(String[] images, int[] templates, int[] media, float[] points, float[] scores) {
    this.images = images;
    this.templates = templates;
    this.media = media;
    this.points = points;
    this.scores = scores;
  }

  /// Reads both lists from the folder `meta`. Throws [DataException] with file and line where a
  /// line is malformed or the two lists disagree.
  public static FaceList read(Path meta, IjbTarget target) {
    var names = new ArrayList<String>();
    var templates = new Ints();
    var media = new Ints();
    Path faces = meta.resolve(target.prefix() + "_face_tid_mid.txt");
    try (var lines = new MetaReader(faces, ' ', FACE)) {
      while (lines.next()) {
        lines.expect(3);
        names.add(lines.text(0));
        templates.add(lines.integer(1));
        media.add(lines.integer(2));
      }
    }
    if (names.isEmpty()) {
      throw DataException.of("%s is empty: expected lines of \"%s\".", faces, FACE);
    }
    String[] images = names.toArray(String[]::new);
    float[] points = new float[FIVE * images.length];
    float[] scores = new float[images.length];
    Path found = meta.resolve(target.prefix() + "_name_5pts_score.txt");
    readPoints(found, faces, images, points, scores);
    return new FaceList(images, templates.toArray(), media.toArray(), points, scores);
  }

  private static void readPoints(
      Path file, Path faces, String[] images, float[] points, float[] scores) {
    int face = 0;
    try (var lines = new MetaReader(file, ' ', POINTS)) {
      for (; lines.next(); face++) {
        int numbers = lines.fields() - 2;
        if (numbers != FIVE && numbers != SIXTY_EIGHT) {
          throw lines.bad("%d fields".formatted(lines.fields()));
        }
        if (face == images.length || !lines.text(0).equals(images[face])) {
          throw lines.bad(
              "image %s where %s has %s"
                  .formatted(lines.text(0), faces, face == images.length ? "ended" : images[face]));
        }
        for (int p = 0; p < FIVE; p++) {
          points[FIVE * face + p] =
              numbers == FIVE ? lines.decimal(1 + p) : ofSixtyEight(lines, p / 2, p % 2);
        }
        scores[face] = lines.decimal(1 + numbers);
      }
    }
    if (face < images.length) {
      throw DataException.of(
          "%s has %d faces, expected the %d of %s.", file, face, images.length, faces);
    }
  }

  /// Eyes are the middle between their corners; nose and corners of the mouth are points
  /// themselves.
  private static float ofSixtyEight(MetaReader lines, int point, int axis) {
    int[] from = OF_SIXTY_EIGHT[point];
    return (lines.decimal(1 + 2 * from[0] + axis) + lines.decimal(1 + 2 * from[1] + axis)) / 2;
  }

  public int size() {
    return images.length;
  }

  /// The name of a face's image below the folder of images.
  public String image(int face) {
    return images[face];
  }

  public int template(int face) {
    return templates[face];
  }

  public int medium(int face) {
    return media[face];
  }

  /// How sure the detector was that this is a face, about 0 to 1.
  public float score(int face) {
    return scores[face];
  }

  /// Left eye, right eye, nose, left and right corner of the mouth: `x1, y1, …`.
  public float[] points(int face) {
    return Arrays.copyOfRange(points, FIVE * face, FIVE * (face + 1));
  }

  /// All faces ordered by template, then medium, then their place in the list: what is pooled
  /// together comes together.
  public int[] pooled() {
    return IntStream.range(0, images.length)
        .boxed()
        .sorted(
            (a, b) ->
                templates[a] != templates[b]
                    ? Integer.compare(templates[a], templates[b])
                    : media[a] != media[b]
                        ? Integer.compare(media[a], media[b])
                        : Integer.compare(a, b))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /// Throws [DataException] where images are missing below `folder`, naming the first few.
  public void checkImages(Path folder) {
    List<String> missing = new ArrayList<>();
    int count = 0;
    for (String image : images) {
      if (!Files.isRegularFile(folder.resolve(image))) {
        count++;
        if (missing.size() < 3) {
          missing.add(image);
        }
      }
    }
    if (count > 0) {
      throw DataException.of(
          "%d of %d images are missing below %s, such as %s.",
          count, images.length, folder, String.join(", ", missing));
    }
  }
}
