package org.kanface.data;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kanface.data.image.ImageCodec;

/// All images of a folder and its sub-folders, whatever they show.
public final class ImageFolder {
  private ImageFolder() {}

  /// Their paths below `folder`, '/'-separated and sorted. Throws [DataException] where there is no
  /// such folder or no image in it.
  public static List<String> images(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw DataException.of("Image folder %s does not exist or is no folder.", folder);
    }
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<String> images =
          all.filter(p -> ImageCodec.hasImageExtension(p.getFileName().toString()))
              .filter(Files::isRegularFile)
              .map(p -> folder.relativize(p).toString().replace('\\', '/'))
              .sorted()
              .toList();
      if (images.isEmpty()) {
        throw DataException.of("Image folder %s holds no images.", folder);
      }
      return images;
    } catch (IOException e) {
      throw new DataException(
          "Folder %s cannot be listed: %s.".formatted(folder, e.getMessage()), e);
    }
  }
}
