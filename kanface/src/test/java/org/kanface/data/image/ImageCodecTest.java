package org.kanface.data.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;
import org.kanface.data.synthetic.SyntheticFaces;

class ImageCodecTest {
  private static final RgbImage FACE = new SyntheticFaces(2, 0.3f, 64).render(1, 1);

  private static byte[] write(BufferedImage image, String format) throws IOException {
    var out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  private static BufferedImage filled(int type) {
    var image = new BufferedImage(5, 3, type);
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 5; x++) {
        image.setRGB(x, y, 0xFF000000 | 40 * x << 16 | 70 * y << 8 | 10 * x);
      }
    }
    return image;
  }

  @Test
  void pngIsLossless() {
    assertThat(ImageCodec.decode(ImageCodec.encodePng(FACE), "face")).isEqualTo(FACE);
  }

  @Test
  void jpegIsClose() {
    var back = ImageCodec.decode(ImageCodec.encodeJpeg(FACE, 0.95f), "face");
    double error = 0;
    for (int i = 0; i < FACE.pixels().length; i++) {
      error += Math.abs((back.pixels()[i] & 0xFF) - (FACE.pixels()[i] & 0xFF));
    }
    assertThat(error / FACE.pixels().length).isLessThan(6);
  }

  @ParameterizedTest
  @CsvSource({
    "png, 5", "png, 6", "bmp, 5", "tiff, 5", "tiff, 1", "bmp, 1"
  }) // 3-byte, with alpha, packed int
  void readsColourAsWritten(String format, int type) throws IOException {
    var image = ImageCodec.decode(write(filled(type), format), "x");
    assertThat(image.sample(4, 2, 0)).isEqualTo(160);
    assertThat(image.sample(4, 2, 1)).isEqualTo(140);
    assertThat(image.sample(4, 2, 2)).isEqualTo(40);
    assertThat(image.sample(0, 1, 1)).isEqualTo(70);
  }

  @Test
  void greyIsRepeatedNotColourManaged() throws IOException {
    var grey = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
    var wide = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
    for (int x = 0; x < 3; x++) {
      grey.getRaster().setSample(x, 0, 0, 100 * x);
      wide.getRaster().setSample(x, 0, 0, 25_600 * x + 255);
    }
    byte[] expected = {0, 0, 0, 100, 100, 100, (byte) 200, (byte) 200, (byte) 200};
    assertThat(ImageCodec.decode(write(grey, "png"), "x").pixels()).isEqualTo(expected);
    assertThat(ImageCodec.decode(write(wide, "png"), "x").pixels()).isEqualTo(expected);
  }

  @Test
  void palettesAreResolved() throws IOException {
    var image = ImageCodec.decode(write(filled(BufferedImage.TYPE_BYTE_INDEXED), "png"), "x");
    assertThat(image.width()).isEqualTo(5);
    assertThat(
            ImageCodec.decode(write(filled(BufferedImage.TYPE_BYTE_INDEXED), "gif"), "x").height())
        .isEqualTo(3);
  }

  @Test
  void readsPortableMaps() {
    byte[] p6 = "P6\n# made by hand\n2 1\n255\nabcdef".getBytes(US_ASCII);
    assertThat(ImageCodec.decode(p6, "x").pixels()).isEqualTo("abcdef".getBytes(US_ASCII));
    assertThat(ImageCodec.decode("P5 1 2 255 az".getBytes(US_ASCII), "x").pixels())
        .isEqualTo("aaazzz".getBytes(US_ASCII));
    assertThat(ImageCodec.decode("P3 1 1 15 0 15 3".getBytes(US_ASCII), "x").pixels())
        .containsExactly(0, 255, 51);
    assertThatThrownBy(() -> ImageCodec.decode("P6 2 2 255 abc".getBytes(US_ASCII), "x.ppm"))
        .hasMessage("x.ppm is truncated: expected 12 bytes of pixels, found 3.");
    assertThatThrownBy(() -> ImageCodec.decode("P6 99999 99999 255 ".getBytes(US_ASCII), "x.ppm"))
        .hasMessageContaining("its PNM header says 99999 x 99999");
    assertThatThrownBy(() -> ImageCodec.decode("P6 2".getBytes(US_ASCII), "x.ppm"))
        .hasMessageContaining("expected the height as a number");
  }

  @Test
  void webpWithoutAReaderIsRefusedByName() {
    byte[] webp = "RIFF\0\0\0\0WEBPVP8 ".getBytes(US_ASCII);
    assertThatThrownBy(() -> ImageCodec.decode(webp, "a.webp"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "a.webp is a WEBP image, for which this Java has no reader: convert it to JPEG or"
                + " PNG.");
  }

  @Test
  void whatIsNoImageIsNamed() {
    assertThatThrownBy(() -> ImageCodec.decode("hello".getBytes(US_ASCII), "a.jpg"))
        .hasMessageStartingWith("a.jpg is not an image: its 5 bytes");
    assertThatThrownBy(() -> ImageCodec.decode(new byte[0], "a.jpg"))
        .hasMessageContaining("its 0 bytes");
    assertThatThrownBy(() -> ImageCodec.decode(Path.of("none.jpg")))
        .hasMessage("Image none.jpg does not exist.");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void truncatedImagesAreDamaged(boolean jpeg) {
    byte[] whole = jpeg ? ImageCodec.encodeJpeg(FACE, 0.9f) : ImageCodec.encodePng(FACE);
    for (int length = 4; length < whole.length - (jpeg ? 2 : 12); length += 37) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ImageCodec.decode(cut, "cut"))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("cut is");
    }
  }

  @Test
  void sizesThatTheBytesCannotHoldAreRefused() {
    byte[] jpeg = ImageCodec.encodeJpeg(new RgbImage(8, 8, new byte[192]), 0.9f);
    int frame = 0;
    while (jpeg[frame] != (byte) 0xFF || jpeg[frame + 1] != (byte) 0xC0) {
      frame++;
    }
    jpeg[frame + 5] = 0x1F; // height 7944
    jpeg[frame + 7] = 0x1F; // width 7944
    assertThatThrownBy(() -> ImageCodec.decode(jpeg, "a.jpg"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "a.jpg is damaged: its %d bytes cannot hold the %d pixels it announces.",
            jpeg.length, 7944 * 7944);
  }

  @Test
  void randomDamageNeverEscapesAsAnotherException() {
    var random = new SampleRandom(4);
    for (byte[] whole :
        new byte[][] {ImageCodec.encodeJpeg(FACE, 0.9f), ImageCodec.encodePng(FACE)}) {
      for (int round = 0; round < 200; round++) {
        byte[] hurt = whole.clone();
        for (int k = 0; k < 4; k++) {
          hurt[2 + random.nextInt(hurt.length - 2)] = (byte) random.nextLong();
        }
        try {
          assertThat(ImageCodec.decode(hurt, "hurt").width()).isPositive();
        } catch (DataException e) {
          assertThat(e).hasMessageStartingWith("hurt ");
        }
      }
    }
  }
}
