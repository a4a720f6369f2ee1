package org.kanface.eval.ijb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.LongConsumer;
import org.kanface.data.DataException;

/// IJB-B or IJB-C in a folder: `loose_crop/` with the images, `meta/` with the lists.
///
/// The lists are checked against each other and the images when they are read, so that hours of
/// work do not end in a missing file.
///
/// What is alive at the peak beside the network and its batches, [#memory]: 25 bytes a pair (ids
/// and label 9, score 8, the scores sorted 8), `8 · dim + 48` a template and 160 a face. No image
/// and no face's feature is kept.
///
/// Source: InsightFace's IJB scripts, whose files and numbers these are.
public final class Ijb {
  private static final String IMAGES = "loose_crop";

  private final IjbTarget target;
  private final Path images;
  private final FaceList faces;
  private final int[] order; // of faces, as they are pooled
  private final int[] templates; // their ids, ascending
  private final PairList pairs;
  private final List<SubjectList> galleries;
  private final List<SubjectList> probes; // one or none

  private Ijb(
      IjbTarget target,
      Path images,
      FaceList faces,
      PairList pairs,
      List<SubjectList> galleries,
      List<SubjectList> probes) {
    this.target = target;
    this.images = images;
    this.faces = faces;
    order = faces.pooled();
    templates = Arrays.stream(order).map(faces::template).distinct().toArray();
    this.pairs = pairs;
    this.galleries = List.copyOf(galleries);
    this.probes = List.copyOf(probes);
  }

  /// Reads the lists. Those of the galleries and probes may be absent; then there is no one to
  /// many.
  ///
  /// Throws [DataException] where a list is malformed, the lists disagree or images are missing.
  public static Ijb open(Path root, IjbTarget target) {
    Path meta = meta(root);
    FaceList faces = FaceList.read(meta, target);
    faces.checkImages(root.resolve(IMAGES));
    PairList pairs = PairList.read(meta, target);
    List<SubjectList> galleries = new ArrayList<>();
    List<SubjectList> probes = new ArrayList<>();
    Path probe = meta.resolve(target.prefix() + "_1N_probe_mixed.csv");
    if (Files.exists(probe)) {
      probes.add(SubjectList.read(probe, "probes"));
      for (String name : target == IjbTarget.IJBB ? List.of("S1", "S2") : List.of("G1", "G2")) {
        Path gallery = meta.resolve("%s_1N_gallery_%s.csv".formatted(target.prefix(), name));
        if (Files.exists(gallery)) {
          galleries.add(SubjectList.read(gallery, name));
        }
      }
      if (galleries.isEmpty()) {
        throw DataException.of("%s has probes and no gallery beside them.", probe);
      }
    }
    var ijb = new Ijb(target, root.resolve(IMAGES), faces, pairs, galleries, probes);
    ijb.check();
    return ijb;
  }

  /// Throws [DataException] where a list names a template without faces, or a gallery has a person
  /// twice.
  private void check() {
    IntUnaryOperator row = id -> Arrays.binarySearch(templates, id);
    pairs.check(row);
    probes.forEach(list -> list.rows(row));
    galleries.forEach(list -> list.rows(row));
    SubjectList.joined(galleries).bySubject();
  }

  /// The labelled pairs alone, for scores from elsewhere.
  public static PairList pairs(Path root, IjbTarget target) {
    return PairList.read(meta(root), target);
  }

  private static Path meta(Path root) {
    Path meta = root.resolve("meta");
    if (!Files.isDirectory(meta)) {
      throw DataException.of(
          "%s: expected a folder with meta/ and %s/, found no meta/.", root, IMAGES);
    }
    return meta;
  }

  public IjbTarget target() {
    return target;
  }

  public FaceList faces() {
    return faces;
  }

  public PairList pairs() {
    return pairs;
  }

  /// Whether there are galleries and probes.
  public boolean hasIdentification() {
    return !probes.isEmpty();
  }

  /// The features of all templates; `progress` hears how many faces are done.
  ///
  /// @param side pixels a side of the aligned faces
  public Templates templates(
      FaceNetwork network, int side, Pooling pooling, LongConsumer progress) {
    var pool = new TemplatePooling(faces, order, pooling);
    network.embed(
        new AlignedFaces(faces, order, images, side),
        (count, plain, mirrored, dim) -> {
          pool.accept(count, plain, mirrored, dim);
          progress.accept(pool.done());
        });
    return pool.finish();
  }

  /// One to one: the cosine of each pair's templates, in the order of the list.
  public double[] scores(Templates templates, LongConsumer progress) {
    return PairScores.of(templates, pairs, progress);
  }

  /// One to many: the published rule over all galleries as one, then the open-set rule for each.
  /// `progress` hears how many probes of [#searches] are done.
  public List<Identification.Result> identify(Templates templates, LongConsumer progress) {
    List<Identification.Result> results = new ArrayList<>();
    for (SubjectList list : probes) {
      long one = list.size();
      results.add(Identification.published(templates, galleries, list, progress));
      for (int g = 0; g < galleries.size(); g++) {
        long before = (g + 1) * one;
        results.add(
            Identification.openSet(
                templates, galleries.get(g), list, done -> progress.accept(before + done)));
      }
    }
    return List.copyOf(results);
  }

  /// How many searches [#identify] makes.
  public long searches() {
    return probes.isEmpty() ? 0 : (galleries.size() + 1L) * probes.getFirst().size();
  }

  /// Bytes that are alive at the protocol's peak, beside the network and the batches on their way
  /// through it; the heap has to be larger by what the collector leaves unused.
  ///
  /// @param dim length of an embedding
  public static long memory(long faces, long templates, long pairs, int dim) {
    return 160 * faces + (8L * dim + 48) * templates + 25 * pairs;
  }

  /// [#memory] of this collection.
  public long memory(int dim) {
    return memory(faces.size(), templateCount(), pairs.size(), dim);
  }

  /// How many templates the faces form.
  public int templateCount() {
    return templates.length;
  }
}
