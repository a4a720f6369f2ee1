package org.kanface.detect;

import org.kanface.detect.FaceBox.Offsets;

/// What one network takes for a face.
///
/// @param box where it looked
/// @param score its probability of a face
/// @param offsets where it thinks the face's edges are
record Candidate(FaceBox box, double score, Offsets offsets) {
  /// The box moved to where the face's edges are.
  FaceBox calibrated() {
    return box.moved(offsets);
  }
}
