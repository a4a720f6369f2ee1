package org.kanface.report;

import java.util.List;
import java.util.Locale;

/// One learned edge function as a small SVG: the whole edge as a line, its spline alone dashed.
record EdgeChart(EdgeCurve edge) {
  private static final int WIDTH = 150;
  private static final int HEIGHT = 110;
  private static final int TOP = 18;
  private static final int BOTTOM = 14;

  String svg() {
    Axis x = Axis.linear(new double[][] {edge.x()}, 4, WIDTH - 4);
    Axis y =
        Axis.linear(new double[][] {edge.y(), edge.spline()}, HEIGHT - BOTTOM, TOP).padded(0.06);
    StringBuilder svg = new StringBuilder();
    String name = "input %d → output %d".formatted(edge.input(), edge.output());
    svg.append(
        "<svg class=\"edge\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(WIDTH, HEIGHT, name));
    svg.append("<text class=\"tick\" x=\"4\" y=\"12\">%s</text>".formatted(name));
    for (double zero : List.of(-1.0, 1.0)) { // the ends of the grid
      svg.append(line("grid", x.at(zero), TOP, x.at(zero), HEIGHT - BOTTOM));
    }
    if (y.low() < 0 && y.high() > 0) {
      svg.append(line("axis", 4, y.at(0), WIDTH - 4, y.at(0)));
    }
    svg.append("<path class=\"line thin s1\" d=\"%s\"/>".formatted(path(edge.spline(), x, y)));
    svg.append("<path class=\"line s0\" d=\"%s\"/>".formatted(path(edge.y(), x, y)));
    svg.append(
        "<text class=\"tick small\" x=\"4\" y=\"%d\">%s to %s</text>"
            .formatted(HEIGHT - 3, rounded(y.low()), rounded(y.high())));
    return svg.append("</svg>\n").toString();
  }

  private String path(double[] values, Axis x, Axis y) {
    StringBuilder d = new StringBuilder();
    boolean pen = false;
    for (int i = 0; i < values.length; i++) {
      if (Double.isFinite(values[i])) {
        d.append(
            String.format(
                Locale.ROOT, "%s%.1f %.1f", pen ? "L" : "M", x.at(edge.x()[i]), y.at(values[i])));
        pen = true;
      }
    }
    return d.toString();
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.2g", value).replace('-', '\u2212');
  }

  private static String line(String type, double x1, double y1, double x2, double y2) {
    return String.format(
        Locale.ROOT,
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        type,
        x1,
        y1,
        x2,
        y2);
  }
}
