package org.kanface.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What tells one data set from another without reading all of it: SHA-256 over the numbers of
/// images and identities, every label, and the stored bytes of up to 64 images spread evenly over
/// the set, each with its length.
///
/// Where the images lie, and what the files are called, does not matter. A change to an image that
/// is not among the 64 goes unseen.
public final class Fingerprint {
  private static final int SAMPLES = 64;
  private static final int LABELS_AT_ONCE = 1 << 14;

  private Fingerprint() {}

  /// 64 hexadecimal digits. Throws [DataException] where a sampled image cannot be read.
  public static String of(FaceDataset data) {
    MessageDigest digest = sha256();
    int n = data.size();
    digest.update(ByteBuffer.allocate(8).putInt(n).putInt(data.classes()).flip());
    ByteBuffer labels = ByteBuffer.allocate(Integer.BYTES * LABELS_AT_ONCE);
    for (int i = 0; i < n; i++) {
      labels.putInt(data.label(i));
      if (!labels.hasRemaining()) {
        digest.update(labels.flip());
        labels.clear();
      }
    }
    digest.update(labels.flip());
    int samples = Math.min(n, SAMPLES);
    for (int s = 0; s < samples; s++) {
      byte[] image = EncodedImages.of(data, (int) ((long) s * n / samples));
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(image.length).flip());
      digest.update(image);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
