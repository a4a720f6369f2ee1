package org.kanface.report;

import java.util.List;
import java.util.Locale;

/// Curves over common axes as an SVG element.
///
/// @param title above the chart
/// @param xLabel below the x axis
/// @param yLabel above the y axis
/// @param logX a logarithmic x axis from `lowX` to the largest value
/// @param lowX lower end of a logarithmic axis
/// @param series the curves, drawn in the colours `--s0`, `--s1`, … of the page
record LineChart(
    String title, String xLabel, String yLabel, boolean logX, double lowX, List<Series> series) {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 320;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 40;
  private static final int BOTTOM = 44;
  private static final int LARGEST_LINE = 1500; // points of one curve
  private static final double CHARACTER = 7; // width of one, about
  private static final double GAP = 10; // between two entries of the legend

  static LineChart linear(String title, String xLabel, String yLabel, List<Series> series) {
    return new LineChart(title, xLabel, yLabel, false, 0, series);
  }

  String svg() {
    double[][] xs = series.stream().map(Series::x).toArray(double[][]::new);
    double[][] ys = series.stream().map(Series::y).toArray(double[][]::new);
    Axis x = Axis.linear(xs, LEFT, WIDTH - RIGHT);
    if (logX) {
      x = new Axis(lowX, Math.max(x.high(), lowX * 10), true, LEFT, WIDTH - RIGHT);
    }
    Axis y = Axis.linear(ys, HEIGHT - BOTTOM, TOP).padded(0.04);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Markup.escape(title)));
    svg.append(
        "<text class=\"title\" x=\"%d\" y=\"18\">%s</text>\n"
            .formatted(LEFT, Markup.escape(title)));
    axes(svg, x, y);
    for (int i = 0; i < series.size(); i++) {
      svg.append(
          "<path class=\"line s%d\" d=\"%s\"><title>%s</title></path>\n"
              .formatted(i % 8, path(series.get(i), x, y), Markup.escape(series.get(i).name())));
    }
    if (series.size() > 1) {
      legend(svg);
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg, Axis x, Axis y) {
    for (double tick : y.ticks()) {
      double at = y.at(tick);
      svg.append(line("grid", LEFT, at, WIDTH - RIGHT, at));
      svg.append(text("tick end", LEFT - 6, at + 4, Axis.label(tick)));
    }
    for (double tick : x.ticks()) {
      double at = x.at(tick);
      svg.append(line("grid", at, TOP, at, HEIGHT - BOTTOM));
      svg.append(text("tick middle", at, HEIGHT - BOTTOM + 16, Axis.label(tick)));
    }
    svg.append(line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM));
    svg.append(text("tick middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, xLabel));
    svg.append(text("tick", LEFT, TOP - 6, yLabel));
  }

  /// Beside the title, or where there is no room for it, in the lower right corner.
  private void legend(StringBuilder svg) {
    double at = WIDTH - RIGHT;
    double room = at - LEFT - CHARACTER * title.length() - GAP;
    double needed = series.stream().mapToDouble(s -> CHARACTER * s.name().length() + 26).sum();
    for (int i = series.size() - 1; i >= 0; i--) {
      String name = series.get(i).name();
      if (needed > room) {
        double y = HEIGHT - BOTTOM - 12 - 16.0 * (series.size() - 1 - i);
        svg.append(text("tick end", WIDTH - RIGHT - 24, y, name));
        svg.append(swatch(i, WIDTH - RIGHT - 18, y - 9));
        continue;
      }
      at -= CHARACTER * name.length();
      svg.append(text("tick", at, 18, name));
      at -= 16;
      svg.append(swatch(i, at, 9));
      at -= GAP;
    }
  }

  private static String swatch(int index, double x, double y) {
    return String.format(
        Locale.ROOT,
        "<rect class=\"swatch s%d\" x=\"%.1f\" y=\"%.0f\" width=\"12\" height=\"10\"/>\n",
        index % 8,
        x,
        y);
  }

  /// The path of one curve; long ones keep the lowest and the highest of each run of points.
  private static String path(Series s, Axis x, Axis y) {
    StringBuilder d = new StringBuilder();
    int run = Math.max(1, 2 * s.x().length / LARGEST_LINE);
    boolean pen = false;
    for (int start = 0; start < s.x().length; start += run) {
      int end = Math.min(start + run, s.x().length);
      int low = extreme(s.y(), start, end, 1);
      int high = extreme(s.y(), start, end, -1);
      if (low < 0) {
        pen = false; // a gap
        continue;
      }
      pen = move(d, pen, x.at(s.x()[Math.min(low, high)]), y.at(s.y()[Math.min(low, high)]));
      if (low != high) {
        pen = move(d, true, x.at(s.x()[Math.max(low, high)]), y.at(s.y()[Math.max(low, high)]));
      }
    }
    return d.toString();
  }

  /// Where the smallest of `sign * y` is; −1 where none is finite.
  private static int extreme(double[] y, int start, int end, int sign) {
    int best = -1;
    for (int i = start; i < end; i++) {
      if (Double.isFinite(y[i]) && (best < 0 || sign * y[i] < sign * y[best])) {
        best = i;
      }
    }
    return best;
  }

  private static boolean move(StringBuilder d, boolean pen, double x, double y) {
    d.append(String.format(Locale.ROOT, "%s%.1f %.1f", pen ? "L" : "M", x, y));
    return true;
  }

  private static String line(String type, double x1, double y1, double x2, double y2) {
    return String.format(
        Locale.ROOT,
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
        type,
        x1,
        y1,
        x2,
        y2);
  }

  private static String text(String type, double x, double y, String text) {
    return String.format(
        Locale.ROOT,
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
        type,
        x,
        y,
        Markup.escape(text));
  }
}
