package org.kanface.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.kanface.data.DataException;

/// Encoded images to [RgbImage] and back.
///
/// Reads JPEG, PNG, BMP, GIF, TIFF and binary or plain PGM/PPM, told apart by content. Grey is
/// repeated into three channels, alpha is dropped, 16-bit samples keep their high byte; colour
/// profiles and orientation tags are ignored, as OpenCV's and PIL's plain decoding do. A reader is
/// kept for each thread, so decoding scales with threads.
///
/// Throws [DataException] naming the image where it is damaged, truncated, too large or of a format
/// without a reader.
public final class ImageCodec {
  /// More pixels than any photograph used here has; keeps a forged header from asking for the whole
  /// heap.
  private static final long MAX_PIXELS = 1L << 26;

  /// An image of one colour, at one bit a pixel and as well compressed as deflate can (1032 to 1);
  /// JPEG needs at least a bit for 64 pixels.
  private static final long MAX_PIXELS_PER_BYTE = 8 * 1032;

  private static final long SMALL_IMAGE = 1L << 20;

  private static final ThreadLocal<ReaderPool> READERS = ThreadLocal.withInitial(ReaderPool::new);

  private ImageCodec() {}

  /// Decodes a file; its path names it in errors.
  public static RgbImage decode(Path file) {
    return decode(read(file), file.toString());
  }

  /// Whether a file's extension is one of an image: jpg, jpeg, png, ppm, bmp, pgm, tif, tiff or
  /// webp in any case.
  public static boolean hasImageExtension(String fileName) {
    return ImageFormat.hasImageExtension(fileName);
  }

  /// The usual extension, without a dot, for encoded bytes of their format; `bin` where they are of
  /// none.
  public static String extension(byte[] bytes) {
    return switch (ImageFormat.sniff(bytes)) {
      case JPEG -> "jpg";
      case PNM -> bytes[1] == '3' || bytes[1] == '6' ? "ppm" : "pgm";
      case UNKNOWN -> "bin";
      case ImageFormat other -> other.imageIoName;
    };
  }

  /// Decodes `bytes`; `name` is what errors call the image.
  public static RgbImage decode(byte[] bytes, String name) {
    var format = ImageFormat.sniff(bytes);
    if (format == ImageFormat.PNM) {
      return Pnm.decode(bytes, name, MAX_PIXELS);
    }
    if (format == ImageFormat.UNKNOWN) {
      throw DataException.of(
          "%s is not an image: its %d bytes start like no format known here (JPEG, PNG, BMP, GIF,"
              + " TIFF, PNM).",
          name, bytes.length);
    }
    var pool = READERS.get();
    var reader = pool.reader(format);
    if (reader == null) {
      throw DataException.of(
          "%s is a %s image, for which this Java has no reader: convert it to JPEG or PNG.",
          name, format);
    }
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(in, true, true);
      long size = (long) reader.getWidth(0) * reader.getHeight(0);
      if (size > MAX_PIXELS) {
        throw DataException.of("%s has %d pixels, expected at most %d.", name, size, MAX_PIXELS);
      }
      if (size > SMALL_IMAGE && size / MAX_PIXELS_PER_BYTE > bytes.length) {
        throw DataException.of(
            "%s is damaged: its %d bytes cannot hold the %d pixels it announces.",
            name, bytes.length, size);
      }
      pool.clearWarning();
      var image = reader.read(0);
      var warning = pool.warning();
      if (warning != null) {
        throw DataException.of("%s is damaged: %s.", name, warning);
      }
      return toRgb(image);
    } catch (IOException | RuntimeException e) {
      if (e instanceof DataException own) {
        throw own;
      }
      throw new DataException("%s is damaged: %s.".formatted(name, reason(e)), e);
    } finally {
      reader.setInput(null);
    }
  }

  /// JPEG with the given quality in (0, 1], 4:2:0 chroma as ImageIO writes it.
  public static byte[] encodeJpeg(RgbImage image, float quality) {
    var writer = writer("jpeg");
    var param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(quality);
    return write(writer, image, param);
  }

  /// Lossless PNG.
  public static byte[] encodePng(RgbImage image) {
    var writer = writer("png");
    return write(writer, image, writer.getDefaultWriteParam());
  }

  /// All bytes of a file, with a sentence where it is missing or unreadable.
  public static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new DataException("Image %s does not exist.".formatted(file), e);
    } catch (IOException e) {
      throw new DataException("Image %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static ImageWriter writer(String format) {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format);
    if (!writers.hasNext()) {
      throw DataException.of("This Java has no writer for %s images.", format);
    }
    return writers.next();
  }

  private static byte[] write(ImageWriter writer, RgbImage image, ImageWriteParam param) {
    var out = new ByteArrayOutputStream();
    try (var stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(toBuffered(image), null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode an image in memory", e);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  private static BufferedImage toBuffered(RgbImage image) {
    var out = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] to = ((DataBufferByte) out.getRaster().getDataBuffer()).getData();
    byte[] from = image.pixels();
    for (int i = 0; i < from.length; i += 3) {
      to[i] = from[i + 2];
      to[i + 1] = from[i + 1];
      to[i + 2] = from[i];
    }
    return out;
  }

  private static RgbImage toRgb(BufferedImage image) {
    if (!(image.getColorModel() instanceof ComponentColorModel)) {
      return viaRgb(image); // palettes and packed pixels
    }
    return image.getRaster().getSampleModel() instanceof ComponentSampleModel model
            && image.getRaster().getDataBuffer() instanceof DataBufferByte data
            && data.getNumBanks() == 1
        ? fromBytes(image.getRaster(), model, data)
        : fromSamples(image.getRaster());
  }

  private static RgbImage fromBytes(
      Raster raster, ComponentSampleModel model, DataBufferByte data) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int[] band = bands(raster.getNumBands());
    int[] offsets = model.getBandOffsets();
    int r = offsets[band[0]];
    int g = offsets[band[1]];
    int b = offsets[band[2]];
    int step = model.getPixelStride();
    int base =
        data.getOffset()
            - raster.getSampleModelTranslateY() * model.getScanlineStride()
            - raster.getSampleModelTranslateX() * step;
    byte[] from = data.getData();
    byte[] out = new byte[width * height * 3];
    int to = 0;
    for (int y = 0; y < height; y++) {
      int at = base + y * model.getScanlineStride();
      for (int x = 0; x < width; x++, at += step, to += 3) {
        out[to] = from[at + r];
        out[to + 1] = from[at + g];
        out[to + 2] = from[at + b];
      }
    }
    return new RgbImage(width, height, out);
  }

  private static RgbImage fromSamples(Raster raster) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    int[] band = bands(bands);
    int bits = raster.getDataBuffer().getDataType() == DataBuffer.TYPE_USHORT ? 8 : 0;
    int[] row = new int[width * bands];
    byte[] out = new byte[width * height * 3];
    int to = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          out[to++] = (byte) (row[x * bands + band[c]] >> bits);
        }
      }
    }
    return new RgbImage(width, height, out);
  }

  private static RgbImage viaRgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] argb = image.getRGB(0, 0, width, height, null, 0, width);
    byte[] out = new byte[argb.length * 3];
    for (int i = 0; i < argb.length; i++) {
      out[3 * i] = (byte) (argb[i] >> 16);
      out[3 * i + 1] = (byte) (argb[i] >> 8);
      out[3 * i + 2] = (byte) argb[i];
    }
    return new RgbImage(width, height, out);
  }

  /// Which raster bands are red, green and blue: grey (with or without alpha) repeats its first.
  private static int[] bands(int count) {
    return count <= 2 ? new int[] {0, 0, 0} : new int[] {0, 1, 2};
  }

  private static String reason(Exception e) {
    var message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getSimpleName();
    }
    message = message.strip();
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
