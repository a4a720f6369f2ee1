package org.kanface.data.synthetic;

import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;

/// Draws faces that do not exist: image `i` of identity `k` is a pure function of (seed,
/// difficulty, size, k, i).
///
/// An identity is some forty continuous traits (shape of head, eyes, brows, nose, mouth and hair,
/// colours, marks, beard, glasses). An image of it adds pose, expression, light, background,
/// occlusion, blur and noise. Light, background and pose outweigh identity pixel by pixel, so
/// comparing raw pixels verifies hardly better than chance; shape and the relation of neighbouring
/// colours do tell who it is. Thread-safe.
public final class SyntheticFaces {
  private static final int TRAITS = 1;
  private static final int SCENE = 2;
  private static final ThreadLocal<Workspace> WORKSPACE =
      ThreadLocal.withInitial(() -> new Workspace(112));

  private final long seed;
  private final float difficulty;
  private final int size;

  /// `difficulty` scales all that varies within an identity (0: every image is alike but for
  /// background and clothes; 1: the default task); `size` is the side in pixels.
  public SyntheticFaces(long seed, float difficulty, int size) {
    if (!(difficulty >= 0 && difficulty <= 1.5f)) {
      throw new IllegalArgumentException(
          "[SyntheticFaces] expected a difficulty from 0 to 1.5, got " + difficulty);
    }
    if (size < 16 || size > 1024) {
      throw new IllegalArgumentException(
          "[SyntheticFaces] expected a size from 16 to 1024, got " + size);
    }
    this.seed = seed;
    this.difficulty = difficulty;
    this.size = size;
  }

  /// 112 × 112 images of the default task.
  public SyntheticFaces(long seed) {
    this(seed, 1, 112);
  }

  public int size() {
    return size;
  }

  /// Renders image `image` of identity `identity`.
  public RgbImage render(long identity, long image) {
    var traits = FaceTraits.draw(new SampleRandom(seed, TRAITS, identity));
    var random = new SampleRandom(seed, SCENE, identity, image);
    var scene = Scene.draw(random, difficulty);
    var work = WORKSPACE.get();
    if (work.canvas.size != size) {
      work = new Workspace(size);
      WORKSPACE.set(work);
    }
    new FacePainter(work.canvas, traits, scene, random).paint(difficulty);
    if (scene.camera().blur() > 0.05f) {
      work.canvas.blur(scene.camera().blur(), work.scratch);
    }
    return develop(work.canvas.rgb, scene.camera(), random);
  }

  /// Contrast, offset, noise and rounding to bytes.
  private RgbImage develop(float[] rgb, Scene.Camera camera, SampleRandom random) {
    byte[] out = new byte[rgb.length];
    float bias = 118 * (1 - camera.contrast()) + camera.offset() + 0.5f;
    for (int i = 0; i < out.length; i += 3) {
      float r = rgb[i];
      float g = rgb[i + 1];
      float b = rgb[i + 2];
      if (camera.grey()) {
        r = 0.299f * r + 0.587f * g + 0.114f * b;
        g = r;
        b = r;
      }
      long bits =
          random.nextLong(); // three sums of two 10-bit uniforms: triangular noise, standard
      // deviation 1 below
      float k = camera.noise() / 418f;
      out[i] =
          toByte(
              r * camera.contrast() + bias + k * ((bits & 0x3FF) + (bits >>> 10 & 0x3FF) - 1023));
      out[i + 1] =
          toByte(
              g * camera.contrast()
                  + bias
                  + k * ((bits >>> 20 & 0x3FF) + (bits >>> 30 & 0x3FF) - 1023));
      out[i + 2] =
          toByte(
              b * camera.contrast()
                  + bias
                  + k * ((bits >>> 40 & 0x3FF) + (bits >>> 50 & 0x3FF) - 1023));
    }
    return new RgbImage(size, size, out);
  }

  private static byte toByte(float v) {
    return (byte) Math.max(0, Math.min(255, (int) v));
  }

  /// One thread's canvas and its copy for blurring.
  private static final class Workspace {
    final Canvas canvas;
    final float[] scratch;

    Workspace(int size) {
      canvas = new Canvas(size);
      scratch = new float[canvas.rgb.length];
    }
  }
}
