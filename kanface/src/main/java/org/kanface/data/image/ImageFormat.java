package org.kanface.data.image;

import java.util.Locale;
import java.util.Set;

/// The image formats told apart by their first bytes, whatever the file is called.
enum ImageFormat {
  JPEG("jpeg"),
  PNG("png"),
  BMP("bmp"),
  GIF("gif"),
  TIFF("tiff"),
  WEBP("webp"),
  PNM("pnm"),
  UNKNOWN("unknown");

  /// File name extensions that count as images in a folder.
  static final Set<String> EXTENSIONS =
      Set.of("jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp");

  /// The name ImageIO knows the format by.
  final String imageIoName;

  ImageFormat(String imageIoName) {
    this.imageIoName = imageIoName;
  }

  static ImageFormat sniff(byte[] b) {
    if (starts(b, 0, 0xFF, 0xD8)) {
      return JPEG;
    } else if (starts(b, 0, 0x89, 'P', 'N', 'G')) {
      return PNG;
    } else if (starts(b, 0, 'B', 'M')) {
      return BMP;
    } else if (starts(b, 0, 'G', 'I', 'F', '8')) {
      return GIF;
    } else if (starts(b, 0, 'I', 'I', 42, 0) || starts(b, 0, 'M', 'M', 0, 42)) {
      return TIFF;
    } else if (starts(b, 0, 'R', 'I', 'F', 'F') && starts(b, 8, 'W', 'E', 'B', 'P')) {
      return WEBP;
    } else if (b.length > 2 && b[0] == 'P' && b[1] >= '2' && b[1] <= '6' && b[1] != '4') {
      return PNM;
    }
    return UNKNOWN;
  }

  static boolean hasImageExtension(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot >= 0 && EXTENSIONS.contains(fileName.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  private static boolean starts(byte[] b, int at, int... magic) {
    if (b.length < at + magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((b[at + i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
