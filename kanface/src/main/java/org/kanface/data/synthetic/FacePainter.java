package org.kanface.data.synthetic;

import org.kanface.data.SampleRandom;

/// Paints one face, back to front: background, hair behind, ears, head, features, hair in front,
/// glasses, things in the way.
final class FacePainter {
  private static final Colour WHITE = new Colour(238, 236, 232);
  private static final Colour BLACK = new Colour(16, 14, 14);

  private final Canvas canvas;
  private final FaceTraits t;
  private final Scene s;
  private final SampleRandom r;
  private final HeadFrame frame;

  // the outline of the head, ready for headDistance
  private final float width;
  private final float perWidth;
  private final float perTop;
  private final float perBottom;
  private final float taper;
  private final float square;

  /// `r` supplies what has nothing to do with the identity: background, clothes, occlusions.
  FacePainter(Canvas canvas, FaceTraits traits, Scene scene, SampleRandom r) {
    this.canvas = canvas;
    t = traits;
    s = scene;
    this.r = r;
    frame = new HeadFrame(traits.head(), scene.pose(), canvas.size);
    var h = traits.head();
    width = h.halfWidth();
    perWidth = 1 / width;
    perTop = 1 / h.top();
    perBottom = 1 / (h.bottom() + 0.35f * scene.expression().jaw());
    taper = h.taper();
    square = h.squareness() * h.squareness();
  }

  void paint(float difficulty) {
    background();
    hairBehind();
    ears();
    head();
    marks();
    beard();
    nose();
    mouth();
    eye(-1);
    eye(1);
    brow(-1);
    brow(1);
    hairInFront();
    glasses();
    if (r.chance(0.18f * difficulty)) {
      occlusion();
    }
    frame.light(canvas, s.light());
  }

  private void background() {
    float angle = r.uniform(0, 6.2831f);
    canvas.gradient(
        anyColour(), anyColour(), (float) StrictMath.cos(angle), (float) StrictMath.sin(angle));
    for (int i = 0; i < 4; i++) {
      float a = r.uniform(0, 6.2831f);
      var p = new Placement(r.uniform(0, canvas.size), r.uniform(0, canvas.size), 1, 0, 0, 1);
      canvas.ellipse(
          p.turned((float) StrictMath.sin(a), (float) StrictMath.cos(a)),
          r.uniform(6, 40),
          r.uniform(6, 40),
          r.nextFloat() * 0.95f,
          r.uniform(1, 10),
          anyColour(),
          1);
    }
    var neck = frame.outline().moved(0, t.head().bottom() + 4);
    canvas.ellipse(neck.moved(0, 26), r.uniform(44, 64), 22, 0.6f, 2, anyColour(), 1); // clothes
    canvas.ellipse(
        neck, t.head().halfWidth() * 0.62f, 20, 0.7f, 2, t.head().skin().times(0.72f), 1);
  }

  private void hairBehind() {
    var hair = t.hair();
    if (hair.length() <= -50) {
      return;
    }
    float rx = t.head().halfWidth() + 3 + hair.volume();
    float half = (hair.length() + t.head().top()) / 2 + hair.volume();
    var p = frame.outline().moved(0, hair.length() - half);
    canvas.ellipse(p, rx, half, 0.55f, 2, hair.colour().times(0.7f), 1);
  }

  private void ears() {
    var h = t.head();
    if (t.hair().length() > 12) {
      return; // under the hair
    }
    for (int side = -1; side <= 1; side += 2) {
      var p = frame.outline().moved(side * (h.halfWidth() - 1) - s.pose().yaw() * 9, h.earY());
      canvas.ellipse(
          p, 2 + h.earSize() * 0.55f, 4 + h.earSize(), 0.2f, 1.5f, h.skin().times(0.9f), 1);
      canvas.ellipse(
          p, 0.5f + h.earSize() * 0.25f, 2 + h.earSize() * 0.6f, 0, 2, h.skin().times(0.66f), 0.8f);
    }
  }

  private void head() {
    var h = t.head();
    canvas.shape(
        frame.outline(),
        h.halfWidth() + 2,
        Math.max(h.top(), h.bottom()) + 2,
        1.4f,
        this::headDistance,
        h.skin(),
        1);
    if (t.marks().blush() > 0.05f) {
      var red = h.skin().towards(new Colour(205, 70, 70), 0.5f);
      for (int side = -1; side <= 1; side += 2) {
        canvas.ellipse(frame.on(side * 19, 12, 0), 10, 8, 0, 9, red, t.marks().blush());
      }
    }
  }

  /// An upper half ellipse over a lower squircle that narrows towards the chin; the jaw drops with
  /// the mouth.
  private float headDistance(float x, float y) {
    if (y < 0) {
      return Canvas.squircle(x * perWidth, y * perTop, 0.09f) * width;
    }
    float v = y * perBottom;
    float narrow = 1 - taper * v * Math.min(v, 1.2f);
    return Canvas.squircle(x * perWidth / narrow, v, square) * width;
  }

  private void marks() {
    var m = t.marks();
    var where = new SampleRandom(m.key());
    var dark = t.head().skin().times(0.62f);
    for (int i = 0; i < m.freckles(); i++) {
      var p = frame.on(where.uniform(-24, 24), where.uniform(-4, 18), 0);
      canvas.ellipse(p, 0.9f, 0.9f, 0, 1.2f, dark, 0.8f);
    }
    for (int i = 0; i < m.moles(); i++) {
      float x = where.uniform(-26, 26);
      float y = where.uniform(-20, 38);
      float radius = where.uniform(1, 2.1f);
      canvas.ellipse(frame.on(x, y, 0), radius, radius, 0, 1.2f, new Colour(62, 36, 30), 0.95f);
    }
    if (m.fold() > 0.08f) {
      for (int side = -1; side <= 1; side += 2) {
        var p =
            frame.on(
                side * (t.nose().halfWidth() + 6), (t.nose().tip() + t.mouth().y()) / 2 + 1, 1);
        canvas.stroke(p.turned(-side * 0.9f, 0.43f), 8, side * 0.02f, 1.1f, 0, 2, dark, m.fold());
      }
    }
  }

  private void beard() {
    var b = t.beard();
    var colour = t.hair().colour().times(0.8f);
    if (b.chin() > 0) {
      float mouth = t.mouth().y();
      canvas.shape(
          frame.outline(),
          t.head().halfWidth() + 2,
          t.head().bottom() + 3,
          5,
          (x, y) -> {
            float below =
                b.top() - y + 0.012f * (30 * 30 - x * x) * 0.5f; // reaches higher at the cheeks
            float lips = 4 - Math.abs(y - mouth) - 0.3f * Math.abs(x);
            return Math.max(headDistance(x, y) + 1, Math.max(below, lips));
          },
          colour,
          b.chin());
    }
    if (b.moustache() > 0) {
      var p = frame.on(0, (t.nose().tip() * 0.4f + t.mouth().y() * 0.6f) - 1.5f, 2);
      canvas.stroke(p, t.mouth().halfWidth() + 2, 0.012f, 3, 0, 2, colour, b.moustache());
    }
  }

  private void nose() {
    var n = t.nose();
    var skin = t.head().skin();
    var dark = skin.times(0.7f);
    float shadowSide = s.light().x() > 0 ? -1 : 1; // the ridge shades the side away from the lamp
    var ridge = frame.on(shadowSide * n.bridge(), n.tip() * 0.35f, 5);
    canvas.stroke(
        ridge.turned(1, 0),
        n.tip() * 0.6f + 7,
        0,
        n.bridge() * 0.7f,
        -0.4f,
        2.5f,
        dark,
        0.55f * n.depth());
    var tip = frame.on(0, n.tip(), 8);
    canvas.ellipse(tip, n.halfWidth(), n.halfWidth() * 0.62f, 0.2f, 2.5f, skin.times(0.86f), 0.8f);
    canvas.ellipse(
        tip.moved(0, -1.5f),
        n.halfWidth() * 0.5f,
        n.halfWidth() * 0.42f,
        0,
        3,
        skin.times(1.12f),
        0.8f);
    for (int side = -1; side <= 1; side += 2) {
      var p = tip.moved(side * n.halfWidth() * 0.52f, n.halfWidth() * 0.38f);
      canvas.ellipse(p, n.halfWidth() * 0.24f + 0.3f, 1.1f, 0, 1.4f, skin.times(0.3f), 0.85f);
    }
  }

  private void mouth() {
    var m = t.mouth();
    var e = s.expression();
    float half = m.halfWidth() * (1 + 0.18f * e.smile());
    float curve = -0.014f * e.smile(); // corners up
    float open = Math.max(0, e.jaw());
    var p = frame.on(0, m.y() + e.smile(), 2);
    if (open > 0.4f) {
      canvas.stroke(
          p.moved(0, open * 0.45f),
          half * 0.92f,
          curve,
          open * 0.55f + 0.5f,
          0,
          1.3f,
          new Colour(66, 22, 26),
          1);
      canvas.stroke(
          p.moved(0, open * 0.2f),
          half * 0.75f,
          curve,
          Math.min(2.2f, open * 0.3f),
          0,
          1.2f,
          WHITE,
          0.9f);
    }
    var upper = m.colour().times(0.88f);
    if (m.bow() > 0.1f) {
      for (int side = -1; side <= 1; side += 2) {
        var lobe = p.moved(side * half * 0.26f, -m.upper() * (0.5f + 0.5f * m.bow()));
        canvas.ellipse(lobe, half * 0.26f, m.upper() * 0.8f, 0, 1.4f, upper, m.bow());
      }
    }
    canvas.stroke(p.moved(0, -m.upper() * 0.5f), half, curve, m.upper(), 0, 1.3f, upper, 1);
    canvas.stroke(
        p.moved(0, open + m.lower() * 0.55f),
        half * 0.88f,
        curve * 1.1f,
        m.lower(),
        0,
        1.3f,
        m.colour(),
        1);
    if (open <= 0.4f) {
      canvas.stroke(p, half, curve, 0.6f, 0, 1.2f, m.colour().times(0.4f), 0.9f);
    }
  }

  private void eye(int side) {
    var e = t.eyes();
    var x = s.expression();
    float tilt = e.tilt() * side;
    var p = frame.on(side * e.halfGap(), e.y(), 0).turned(tilt, (float) Math.sqrt(1 - tilt * tilt));
    float ry = Math.max(0.5f, e.ry() * x.open());
    var skin = t.head().skin();
    canvas.ellipse(p, e.rx() + 2.2f, e.ry() + 2.4f, 0, 4, skin.times(0.74f), 0.55f); // socket
    canvas.ellipse(p, e.rx(), ry, 0.3f, 1.2f, WHITE, 1);
    float iris = e.iris() * Math.min(e.ry(), e.rx() * 0.6f) + 0.4f;
    var i = p.moved(x.gazeX() * (e.rx() - iris), x.gazeY() * 1.5f);
    clipped(p, e.rx(), ry, i, iris, e.colour());
    clipped(p, e.rx(), ry, i, iris * 0.48f, BLACK);
    if (ry > 1.2f) {
      canvas.ellipse(i.moved(-iris * 0.3f, -iris * 0.35f), 0.8f, 0.8f, 0, 1, WHITE, 0.9f);
    }
    canvas.stroke(
        p.moved(0, -ry * 0.82f), e.rx() + 1, ry * 0.012f, 0.9f, 0, 1.2f, skin.times(0.25f), 0.9f);
    if (e.fold() > 0.15f) {
      canvas.stroke(
          p.moved(0, -ry - 1.6f - e.fold()),
          e.rx(),
          0.012f,
          0.7f,
          0,
          1.5f,
          skin.times(0.5f),
          e.fold() * 0.8f);
    }
  }

  /// A disc of radius `radius` about `at`, cut off by the opening of the eye.
  private void clipped(Placement eye, float rx, float ry, Placement at, float radius, Colour c) {
    float ox = at.px() - eye.px();
    float oy = at.py() - eye.py();
    float inv = 1 / eye.determinant();
    float dx = (eye.m11() * ox - eye.m01() * oy) * inv;
    float dy = (eye.m00() * oy - eye.m10() * ox) * inv;
    float small = Math.min(rx, ry);
    canvas.shape(
        at,
        radius + 1,
        radius + 1,
        1.1f,
        (x, y) ->
            Math.max(
                (float) Math.sqrt(x * x + y * y) - radius,
                Canvas.squircle((x + dx) / rx, (y + dy) / ry, 0.09f) * small),
        c,
        1);
  }

  private void brow(int side) {
    var b = t.brows();
    float tilt = (b.tilt() - s.expression().frown()) * side;
    float y = t.eyes().y() - t.eyes().ry() - b.rise() - s.expression().brow();
    var p =
        frame
            .on(side * (t.eyes().halfGap() + b.shift()), y, 2)
            .turned(tilt, (float) Math.sqrt(1 - tilt * tilt));
    canvas.stroke(
        p, b.halfLength(), b.curve(), b.thickness(), -side * 0.5f, 1.4f, b.colour(), 0.92f);
  }

  private void hairInFront() {
    var h = t.hair();
    float w = t.head().halfWidth();
    float top = t.head().top() + h.volume();
    float sin = (float) StrictMath.sin(h.waveAngle());
    float cos = (float) StrictMath.cos(h.waveAngle());
    canvas.textured(
        frame.outline().moved(s.pose().yaw() * -2, 0),
        w + h.volume() + 3,
        Math.max(top, 30) + 2,
        1.6f,
        (x, y) -> {
          float cap =
              Canvas.squircle(x / (w + 1 + h.volume() * 0.6f), y / (y < 0 ? top : 60), 0.16f) * w;
          float fromPart = x - h.part();
          float line = y - (h.line() + h.curve() * fromPart * fromPart);
          float temple = Math.max(w * 0.82f - Math.abs(x) - 0.1f * y, y - h.side());
          return Math.max(cap, Math.min(line, temple));
        },
        (x, y) -> {
          float phase = (x * cos + y * sin) * h.wave() * 0.25f;
          float saw =
              Math.abs(phase - (float) Math.floor(phase) - 0.5f) * 4 - 1; // triangle wave within ±1
          return 1 + h.contrast() * saw;
        },
        h.colour());
  }

  private void glasses() {
    var g = t.glasses();
    if (g.frame() == 0 || r.chance(0.2f)) {
      return; // or left at home today
    }
    for (int side = -1; side <= 1; side += 2) {
      var p = frame.on(side * t.eyes().halfGap(), t.eyes().y() + 1, 4);
      canvas.ring(
          p,
          Math.min(g.rx(), t.eyes().halfGap() - 1),
          g.ry(),
          g.squareness(),
          g.frame(),
          g.colour());
    }
    var bridge = frame.on(0, t.eyes().y() - 1, 7);
    float gap = Math.max(1.5f, t.eyes().halfGap() - g.rx() + 1);
    canvas.stroke(bridge, gap + 1, 0.02f, g.frame() + 0.3f, 0, 1, g.colour(), 1);
  }

  /// A hand, a microphone, a scarf: one or two opaque shapes anywhere.
  private void occlusion() {
    int n = 1 + r.nextInt(2);
    for (int i = 0; i < n; i++) {
      float a = r.uniform(0, 6.2831f);
      var p = new Placement(r.uniform(6, canvas.size - 6), r.uniform(10, canvas.size), 1, 0, 0, 1);
      canvas.ellipse(
          p.turned((float) StrictMath.sin(a), (float) StrictMath.cos(a)),
          r.uniform(6, 18),
          r.uniform(6, 26),
          r.nextFloat() * 0.98f,
          1.5f,
          anyColour(),
          1);
    }
  }

  private Colour anyColour() {
    return new Colour(r.uniform(10, 245), r.uniform(10, 245), r.uniform(10, 245));
  }
}
