package org.kanface.eval.ijb;

import org.kanface.data.FaceDataset;

/// What turns aligned faces into features; the protocols know no more of a network.
@FunctionalInterface
public interface FaceNetwork {
  /// Takes the features of consecutive faces: `count` rows of `dim` numbers for the images and for
  /// their mirror images, the same array where nothing is mirrored. The arrays may be used again
  /// afterwards.
  @FunctionalInterface
  interface Sink {
    void accept(int count, float[] plain, float[] mirrored, int dim);
  }

  /// Passes all faces through the network, in order.
  void embed(FaceDataset faces, Sink sink);
}
