package org.kanface.data.image;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/// One thread's ImageIO readers, made once for each format: creating one costs more than decoding a
/// small face.
final class ReaderPool implements IIOReadWarningListener {
  /// What the JPEG reader only warns of while it fills the missing part with grey.
  private static final Set<String> DAMAGE = Set.of("premature end", "truncated file", "corrupt");

  private final Map<ImageFormat, @Nullable ImageReader> readers = new EnumMap<>(ImageFormat.class);
  private @Nullable String warning;

  /// The reader of a format, or null where this Java has none.
  @Nullable ImageReader reader(ImageFormat format) {
    if (!readers.containsKey(format)) {
      var found = ImageIO.getImageReadersByFormatName(format.imageIoName);
      var reader = found.hasNext() ? found.next() : null;
      if (reader != null) {
        reader.addIIOReadWarningListener(this);
      }
      readers.put(format, reader);
    }
    return readers.get(format);
  }

  void clearWarning() {
    warning = null;
  }

  /// The first sign of damage since [#clearWarning].
  @Nullable String warning() {
    return warning;
  }

  @Override
  public void warningOccurred(ImageReader source, String text) {
    var lower = text.toLowerCase(Locale.ROOT);
    if (warning == null && DAMAGE.stream().anyMatch(lower::contains)) {
      warning = text;
    }
  }
}
