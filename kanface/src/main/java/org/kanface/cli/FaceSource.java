package org.kanface.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kanface.data.align.FaceAligner;
import org.kanface.data.align.Landmarks;
import org.kanface.data.image.Contrast;
import org.kanface.data.image.Fit;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.detect.Face;
import org.kanface.detect.FaceDetector;

/// Image files as aligned faces of one size; close it to free what it loaded.
///
/// [#face(Path)] throws [NoFaceException] where a file shows none,
/// [org.kanface.data.DataException] where it is no image.
interface FaceSource extends AutoCloseable {
  RgbImage face(Path file);

  @Override
  default void close() {}

  /// Faces that are aligned already; those that do not `fit` are refused.
  static FaceSource aligned(int side, Fit fit) {
    return file -> AlignedFace.read(file, side, fit);
  }

  /// The main face of photographs; closes the detector.
  static FaceSource detected(FaceDetector detector, int side) {
    var aligner = new FaceAligner(side);
    return new FaceSource() {
      @Override
      public RgbImage face(Path file) {
        RgbImage photograph = ImageCodec.decode(file);
        Face face =
            Face.main(detector.detect(photograph), photograph)
                .orElseThrow(() -> new NoFaceException(file, "no face found"));
        return aligner.align(photograph, face.landmarks());
      }

      @Override
      public void close() {
        detector.close();
      }
    };
  }

  /// Photographs below `folder` whose landmarks are known by name.
  static FaceSource listed(Path folder, Map<String, Landmarks> landmarks, int side) {
    var aligner = new FaceAligner(side);
    return file -> {
      Landmarks found = landmarks.get(folder.relativize(file).toString().replace('\\', '/'));
      if (found == null) {
        throw new NoFaceException(file, "no landmarks listed");
      }
      if (isOnePoint(found)) {
        throw new NoFaceException(file, "its landmarks are one point");
      }
      return aligner.align(ImageCodec.decode(file), found);
    };
  }

  private static boolean isOnePoint(Landmarks landmarks) {
    return landmarks.points().stream().distinct().count() == 1;
  }

  /// The same faces with more contrast, where a clip limit is given.
  default FaceSource enhanced(@Nullable Double clip) {
    if (clip == null) {
      return this;
    }
    FaceSource plain = this;
    return new FaceSource() {
      @Override
      public RgbImage face(Path file) {
        return Contrast.enhance(plain.face(file), clip);
      }

      @Override
      public void close() {
        plain.close();
      }
    };
  }
}
