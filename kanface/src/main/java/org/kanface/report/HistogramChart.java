package org.kanface.report;

import java.util.Arrays;
import java.util.Locale;
import org.kanface.eval.SimilarityHistogram;

/// Cosine similarities of both kinds of pairs as two overlaid filled outlines, each scaled to its
/// own number of pairs, with the decision threshold.
record HistogramChart(String title, SimilarityHistogram histogram, double threshold) {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 260;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 40;
  private static final int BOTTOM = 44;

  String svg() {
    double[] same = shares(histogram.same());
    double[] different = shares(histogram.different());
    int first = first(same, different);
    int last = histogram.bins() - first(reversed(same), reversed(different));
    Axis x =
        new Axis(
            histogram.edge(first),
            histogram.edge(Math.max(last, first + 1)),
            false,
            LEFT,
            WIDTH - RIGHT);
    double top = Math.max(largest(same), largest(different));
    Axis y = new Axis(0, top == 0 ? 1 : top * 1.05, false, HEIGHT - BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Markup.escape(title)));
    svg.append(
        "<text class=\"title\" x=\"%d\" y=\"18\">%s</text>\n"
            .formatted(LEFT, Markup.escape(title)));
    for (double tick : x.ticks()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\"/>"
                  + "<text class=\"tick middle\" x=\"%1$.1f\" y=\"%4$d\">%5$s</text>\n",
              x.at(tick),
              TOP,
              HEIGHT - BOTTOM,
              HEIGHT - BOTTOM + 16,
              Axis.label(tick)));
    }
    outline(svg, "area s1", "two people", different, x, y, first, last);
    outline(svg, "area s0", "one person", same, x, y, first, last);
    double at = x.at(1 - threshold / 2); // d = 2 - 2 cos
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"mark\" x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\"/>"
                + "<text class=\"tick middle\" x=\"%1$.1f\" y=\"%4$d\">threshold %5$s</text>\n",
            at,
            TOP,
            HEIGHT - BOTTOM,
            TOP - 6,
            Axis.label(Math.rint((1 - threshold / 2) * 1e3) / 1e3)));
    svg.append(
        "<rect class=\"swatch s0\" x=\"420\" y=\"9\" width=\"12\" height=\"10\"/>"
            + "<text class=\"tick\" x=\"436\" y=\"18\">one person</text>"
            + "<rect class=\"swatch s1\" x=\"530\" y=\"9\" width=\"12\" height=\"10\"/>"
            + "<text class=\"tick\" x=\"546\" y=\"18\">two people</text>\n");
    svg.append(
        "<text class=\"tick middle\" x=\"%d\" y=\"%d\">cosine similarity</text>\n"
            .formatted((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8));
    return svg.append("</svg>\n").toString();
  }

  private void outline(
      StringBuilder svg,
      String type,
      String name,
      double[] share,
      Axis x,
      Axis y,
      int first,
      int last) {
    StringBuilder d = new StringBuilder();
    d.append(point('M', x.at(histogram.edge(first)), y.at(0)));
    for (int i = first; i < last; i++) {
      d.append(point('L', x.at(histogram.edge(i)), y.at(share[i])));
      d.append(point('L', x.at(histogram.edge(i + 1)), y.at(share[i])));
    }
    d.append(point('L', x.at(histogram.edge(last)), y.at(0))).append('Z');
    svg.append("<path class=\"%s\" d=\"%s\"><title>%s</title></path>\n".formatted(type, d, name));
  }

  private static String point(char command, double x, double y) {
    return String.format(Locale.ROOT, "%c%.1f %.1f", command, x, y);
  }

  private static double[] shares(long[] counts) {
    double total = Math.max(1, Arrays.stream(counts).sum());
    return Arrays.stream(counts).mapToDouble(c -> c / total).toArray();
  }

  private static int first(double[] a, double[] b) {
    int i = 0;
    while (i < a.length - 1 && a[i] == 0 && b[i] == 0) {
      i++;
    }
    return i;
  }

  private static double[] reversed(double[] values) {
    double[] out = new double[values.length];
    Arrays.setAll(out, i -> values[values.length - 1 - i]);
    return out;
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).max().orElse(0);
  }
}
