package org.kanface.data;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kanface.data.image.ImageCodec;

/// A folder with one sub-folder an identity: classes are numbered in the order of the folder names,
/// images follow class by class, found recursively and sorted by folder, then file name (as
/// torchvision's `ImageFolder` does).
///
/// Throws [DataException] where the folder is missing, holds no identity folders, or one of them
/// holds no image.
public final class FolderDataset implements FaceDataset, EncodedImages {
  private static final Set<String> PARTS = Set.of("train", "val", "validation", "test");

  private final Path root;
  private final List<String> classNames;
  private final List<String> files; // relative to root, '/'-separated
  private final int[] labels;

  private FolderDataset(Path root, List<String> classNames, List<String> files, int[] labels) {
    this.root = root;
    this.classNames = classNames;
    this.files = files;
    this.labels = labels;
  }

  /// Lists the folder; no image is opened.
  public static FolderDataset open(Path root) {
    if (!Files.isDirectory(root)) {
      throw DataException.of(
          "Image folder %s %s: expected a folder with one sub-folder an identity.",
          root, Files.exists(root) ? "is a file" : "does not exist");
    }
    var classNames = new ArrayList<String>();
    var files = new ArrayList<String>();
    int[] labels = new int[1024];
    for (var folder : subFolders(root)) {
      int label = classNames.size();
      classNames.add(folder.getFileName().toString());
      var images = images(root, folder);
      if (images.isEmpty()) {
        throw DataException.of(
            "Identity folder %s holds no image (jpg, jpeg, png, ppm, bmp, pgm, tif, tiff or webp):"
                + " remove it or fill it.",
            folder);
      }
      files.addAll(images);
      if (files.size() > labels.length) {
        labels = Arrays.copyOf(labels, Math.max(files.size(), labels.length * 2));
      }
      Arrays.fill(labels, files.size() - images.size(), files.size(), label);
    }
    if (classNames.isEmpty()) {
      throw DataException.of(
          "Image folder %s has no sub-folder: expected one an identity, with its images.", root);
    }
    return new FolderDataset(
        root, List.copyOf(classNames), List.copyOf(files), Arrays.copyOf(labels, files.size()));
  }

  /// As [#open], but where all sub-folders are called train, val, validation or test, the identity
  /// folders in them count as one set: identities by name, images part by part.
  public static FolderDataset openParts(Path root) {
    if (!Files.isDirectory(root)) {
      return open(root); // says what is wrong
    }
    List<Path> parts = subFolders(root);
    if (parts.isEmpty()
        || !parts.stream().allMatch(p -> PARTS.contains(p.getFileName().toString()))) {
      return open(root);
    }
    List<FolderDataset> sets = parts.stream().map(FolderDataset::open).toList();
    List<String> names =
        sets.stream().flatMap(s -> s.classNames.stream()).distinct().sorted().toList();
    var files = new ArrayList<String>();
    var labels = IntStream.builder();
    for (int p = 0; p < sets.size(); p++) {
      FolderDataset set = sets.get(p);
      for (int i = 0; i < set.size(); i++) {
        files.add(parts.get(p).getFileName() + "/" + set.files.get(i));
        labels.add(Collections.binarySearch(names, set.className(set.label(i))));
      }
    }
    return new FolderDataset(root, names, List.copyOf(files), labels.build().toArray());
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int classes() {
    return classNames.size();
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public String name(int index) {
    return path(index).toString();
  }

  @Override
  public String className(int label) {
    return classNames.get(label);
  }

  /// Where image `index` lies.
  public Path path(int index) {
    return root.resolve(files.get(index));
  }

  @Override
  public byte[] encoded(int index) {
    return ImageCodec.read(path(index));
  }

  /// The path of image `index` below the folder, '/'-separated.
  public String file(int index) {
    return files.get(index);
  }

  private static List<Path> subFolders(Path root) {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(Files::isDirectory)
          .sorted(Comparator.comparing(p -> p.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new DataException("Folder %s cannot be listed: %s.".formatted(root, e.getMessage()), e);
    }
  }

  private static List<String> images(Path root, Path folder) {
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(p -> ImageCodec.hasImageExtension(p.getFileName().toString()))
          .filter(Files::isRegularFile)
          .map(p -> root.relativize(p).toString().replace('\\', '/'))
          .sorted(
              Comparator.comparing(FolderDataset::parent).thenComparing(Comparator.naturalOrder()))
          .toList();
    } catch (IOException e) {
      throw new DataException(
          "Folder %s cannot be listed: %s.".formatted(folder, e.getMessage()), e);
    }
  }

  private static String parent(String file) {
    return file.substring(0, file.lastIndexOf('/'));
  }
}
