package org.kanface.data.image;

/// Contrast-limited adaptive histogram equalisation of one plane of bytes, over 3 × 3 tiles
/// (Zuiderveld 1994, in "Graphics Gems IV"). Reproduces OpenCV's numbers.
///
/// Each tile's histogram, cut off at the clip level with what was cut off spread over all values,
/// gives a table; a pixel is the mix of what the tables of the four nearest tiles make of it.
final class Clahe {
  private static final int TILES = 3; // a side
  private static final int VALUES = 256;

  private final int width;
  private final int height;
  private final int tileWidth;
  private final int tileHeight;
  private final int[][] tables = new int[TILES * TILES][];

  private Clahe(int[] plane, int width, int height, double clip) {
    this.width = width;
    this.height = height;
    // where either side leaves a rest, both grow, by a whole step where they leave none
    boolean even = width % TILES == 0 && height % TILES == 0;
    tileWidth = (even ? width : width + TILES - width % TILES) / TILES;
    tileHeight = (even ? height : height + TILES - height % TILES) / TILES;
    int area = tileWidth * tileHeight;
    int limit = Math.max((int) (clip * area / VALUES), 1);
    for (int tile = 0; tile < tables.length; tile++) {
      int[] counts = histogram(plane, tile % TILES * tileWidth, tile / TILES * tileHeight);
      spread(counts, limit);
      tables[tile] = cumulated(counts, 255f / area);
    }
  }

  /// The plane `[height, width]`, values 0 to 255, equalised. `clip` bounds a histogram's bins, in
  /// multiples of their mean.
  static int[] equalize(int[] plane, int width, int height, double clip) {
    return new Clahe(plane, width, height, clip).mix(plane);
  }

  /// Values of one tile; beyond the plane its pixels are repeated backwards, without the last one.
  private int[] histogram(int[] plane, int left, int top) {
    var counts = new int[VALUES];
    for (int y = top; y < top + tileHeight; y++) {
      int row = Mirror.index(y, height) * width;
      for (int x = left; x < left + tileWidth; x++) {
        counts[plane[row + Mirror.index(x, width)]]++;
      }
    }
    return counts;
  }

  private static void spread(int[] counts, int limit) {
    int excess = 0;
    for (int v = 0; v < VALUES; v++) {
      excess += Math.max(counts[v] - limit, 0);
      counts[v] = Math.min(counts[v], limit);
    }
    for (int v = 0; v < VALUES; v++) {
      counts[v] += excess / VALUES;
    }
    int rest = excess % VALUES;
    int step = rest == 0 ? 1 : Math.max(VALUES / rest, 1);
    for (int v = 0; v < VALUES && rest > 0; v += step, rest--) {
      counts[v]++;
    }
  }

  private static int[] cumulated(int[] counts, float scale) {
    var table = new int[VALUES];
    int sum = 0;
    for (int v = 0; v < VALUES; v++) {
      sum += counts[v];
      table[v] = Math.clamp((int) Math.rint(sum * scale), 0, 255);
    }
    return table;
  }

  private int[] mix(int[] plane) {
    var out = new int[plane.length];
    for (int y = 0; y < height; y++) {
      float fromTop = y * (1f / tileHeight) - 0.5f;
      int up = (int) Math.floor(fromTop);
      float down = fromTop - up;
      int upper = Math.max(up, 0) * TILES;
      int lower = Math.min(up + 1, TILES - 1) * TILES;
      for (int x = 0; x < width; x++) {
        float fromLeft = x * (1f / tileWidth) - 0.5f;
        int before = (int) Math.floor(fromLeft);
        float right = fromLeft - before;
        int near = Math.max(before, 0);
        int far = Math.min(before + 1, TILES - 1);
        int v = plane[y * width + x];
        float above = tables[upper + near][v] * (1 - right) + tables[upper + far][v] * right;
        float below = tables[lower + near][v] * (1 - right) + tables[lower + far][v] * right;
        out[y * width + x] = Math.clamp((int) Math.rint(above * (1 - down) + below * down), 0, 255);
      }
    }
    return out;
  }
}
