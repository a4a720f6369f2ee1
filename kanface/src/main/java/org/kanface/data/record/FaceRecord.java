package org.kanface.data.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One logical record: a label (a scalar, or a vector), two ids, and an encoded image.
///
/// As bytes, little-endian: uint32 flag, float32 label, uint64 id, uint64 id2; where flag is above
/// 0, that many float32 labels (the scalar then is 0); then the image.
public final class FaceRecord {
  static final int HEADER = 24;

  private final float[] labels;
  private final boolean vector;
  private final long id;
  private final long id2;
  private final byte[] image;

  private FaceRecord(float[] labels, boolean vector, long id, long id2, byte[] image) {
    this.labels = labels;
    this.vector = vector;
    this.id = id;
    this.id2 = id2;
    this.image = image;
  }

  /// A record with one label; its flag is 0.
  public static FaceRecord of(float label, long id, byte[] image) {
    return new FaceRecord(new float[] {label}, false, id, 0, image);
  }

  /// A record with a vector of labels; its flag is their number, which must not be 0.
  public static FaceRecord of(float[] labels, long id, byte[] image) {
    if (labels.length == 0) {
      throw new IllegalArgumentException("[FaceRecord] expected at least one label");
    }
    return new FaceRecord(labels.clone(), true, id, 0, image);
  }

  /// The scalar label, or the first of a vector.
  public float label() {
    return labels[0];
  }

  /// All labels.
  public float[] labels() {
    return labels.clone();
  }

  /// Whether the labels are stored as a vector (flag above 0).
  public boolean hasVector() {
    return vector;
  }

  public long id() {
    return id;
  }

  public long id2() {
    return id2;
  }

  /// The encoded image; empty in InsightFace's header records. Shared, not copied.
  public byte[] image() {
    return image;
  }

  /// The same image and ids under one scalar label.
  public FaceRecord withLabel(float label) {
    return new FaceRecord(new float[] {label}, false, id, id2, image);
  }

  byte[] toBytes() {
    int extra = vector ? labels.length * Float.BYTES : 0;
    var out = ByteBuffer.allocate(HEADER + extra + image.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(vector ? labels.length : 0)
        .putFloat(vector ? 0 : labels[0])
        .putLong(id)
        .putLong(id2);
    if (vector) {
      for (float label : labels) {
        out.putFloat(label);
      }
    }
    return out.put(image).array();
  }

  /// Parses a payload; null where it is too short for its own header.
  static @Nullable FaceRecord parse(byte[] payload) {
    if (payload.length < HEADER) {
      return null;
    }
    var in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    long flag = Integer.toUnsignedLong(in.getInt());
    float label = in.getFloat();
    long id = in.getLong();
    long id2 = in.getLong();
    if (flag > (payload.length - HEADER) / Float.BYTES) {
      return null;
    }
    if (flag == 0) {
      byte[] image = Arrays.copyOfRange(payload, HEADER, payload.length);
      return new FaceRecord(new float[] {label}, false, id, id2, image);
    }
    float[] labels = new float[(int) flag];
    in.asFloatBuffer().get(labels);
    byte[] image =
        Arrays.copyOfRange(payload, HEADER + labels.length * Float.BYTES, payload.length);
    return new FaceRecord(labels, true, id, id2, image);
  }
}
