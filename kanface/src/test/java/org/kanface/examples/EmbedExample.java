package org.kanface.examples;

import java.nio.file.Path;
import org.kanface.data.image.ImageCodec;
import org.kanface.tensor.Device;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;

/// Cosine similarity of two aligned faces under a trained network.
final class EmbedExample {
  private EmbedExample() {}

  static double similarity(Path model, Path first, Path second) {
    try (var loaded = ModelFile.load(model, Device.cpu())) {
      FaceEmbedder embedder = loaded.embedder();
      float[] a = embedder.embed(ImageCodec.decode(first)); // unit length
      float[] b = embedder.embed(ImageCodec.decode(second));
      double cosine = 0;
      for (int i = 0; i < a.length; i++) {
        cosine += a[i] * b[i];
      }
      return cosine;
    }
  }
}
