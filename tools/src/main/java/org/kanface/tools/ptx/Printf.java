package org.kanface.tools.ptx;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `printf` of device code. Arguments lie one behind the other, aligned to their size: 4 bytes for
/// `int`, 8 for `long long`, pointers and `double`.
final class Printf {
  private static final Pattern DIRECTIVE =
      Pattern.compile("%([-+ #0]*)(\\*|\\d+)?(?:\\.(\\*|\\d+))?(hh|h|ll|l|j|z|t|L)?([a-zA-Z%])");

  private Printf() {}

  /// Reads `bytes` bytes at an offset in the arguments.
  interface Arguments {
    long read(long offset, int bytes);
  }

  /// Reads a string at a generic address.
  interface Strings {
    String at(long address);
  }

  /// Appends the formatted text; returns the number of arguments, as CUDA does.
  static int print(StringBuilder out, String format, Arguments arguments, Strings strings) {
    Matcher m = DIRECTIVE.matcher(format);
    int end = 0;
    long offset = 0;
    int count = 0;
    while (m.find()) {
      out.append(format.substring(end, m.start()));
      end = m.end();
      char kind = m.group(5).charAt(0);
      if (kind == '%') {
        out.append('%');
        continue;
      }
      String width = m.group(2);
      String precision = m.group(3);
      if ("*".equals(width)) {
        width = Integer.toString((int) arguments.read(offset, 4));
        offset += 4;
        count++;
      }
      if ("*".equals(precision)) {
        precision = Integer.toString((int) arguments.read(offset, 4));
        offset += 4;
        count++;
      }
      String length = m.group(4) == null ? "" : m.group(4);
      boolean wide =
          "eEfFgGaAsp".indexOf(kind) >= 0
              || length.startsWith("l")
              || "jzt".contains(length) && !length.isEmpty();
      int bytes = wide ? 8 : 4;
      offset = (offset + bytes - 1) / bytes * bytes;
      long value = arguments.read(offset, bytes);
      offset += bytes;
      count++;
      out.append(
          pad(body(kind, length, value, m.group(1), precision, strings), m.group(1), width, kind));
    }
    out.append(format, end, format.length());
    return count;
  }

  private static String body(
      char kind, String length, long value, String flags, String precision, Strings strings) {
    return switch (kind) {
      case 'd', 'i' -> signed(narrow(value, length), flags, precision);
      case 'u' -> digits(Long.toUnsignedString(unsigned(value, length)), precision);
      case 'x' ->
          (flags.contains("#") && value != 0 ? "0x" : "")
              + digits(Long.toHexString(unsigned(value, length)), precision);
      case 'X' ->
          (flags.contains("#") && value != 0 ? "0X" : "")
              + digits(
                  Long.toHexString(unsigned(value, length)).toUpperCase(Locale.ROOT), precision);
      case 'o' -> digits(Long.toOctalString(unsigned(value, length)), precision);
      case 'c' -> Character.toString((char) (value & 0xff));
      case 'p' -> "0x" + Long.toHexString(value);
      case 's' -> {
        String s = strings.at(value);
        yield precision == null
            ? s
            : s.substring(0, Math.min(s.length(), Integer.parseInt(precision)));
      }
      default -> floating(kind, Double.longBitsToDouble(value), flags, precision);
    };
  }

  private static long narrow(long value, String length) {
    return switch (length) {
      case "hh" -> (byte) value;
      case "h" -> (short) value;
      case "" -> (int) value;
      default -> value;
    };
  }

  private static long unsigned(long value, String length) {
    return switch (length) {
      case "hh" -> value & 0xff;
      case "h" -> value & 0xffff;
      case "" -> value & 0xffff_ffffL;
      default -> value;
    };
  }

  private static String signed(long value, String flags, String precision) {
    String sign = value < 0 ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
    return sign + digits(Long.toUnsignedString(Math.abs(value)), precision);
  }

  private static String digits(String text, String precision) {
    int least = precision == null ? 1 : Integer.parseInt(precision);
    return "0".repeat(Math.max(0, least - text.length())) + text;
  }

  private static String floating(char kind, double v, String flags, String precision) {
    boolean upper = Character.isUpperCase(kind);
    String sign =
        Double.doubleToRawLongBits(v) < 0
            ? "-"
            : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
    double a = Math.abs(v);
    String text;
    if (!Double.isFinite(v)) {
      sign = Double.isNaN(v) ? "" : sign;
      text = Double.isNaN(v) ? "nan" : "inf";
    } else {
      int digits = precision == null ? 6 : Integer.parseInt(precision);
      text =
          switch (Character.toLowerCase(kind)) {
            case 'f' -> fixed(a, digits);
            case 'e' -> exponent(a, digits);
            case 'a' -> Double.toHexString(a).replace(".0p", "p").replaceFirst("p(\\d)", "p+$1");
            default -> general(a, Math.max(1, digits), flags.contains("#"));
          };
    }
    return sign + (upper ? text.toUpperCase(Locale.ROOT) : text);
  }

  /// The exact value, rounded half to even as C does.
  private static String fixed(double a, int digits) {
    return new BigDecimal(a).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String exponent(double a, int digits) {
    var rounded = new BigDecimal(a).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    return String.format(Locale.ROOT, "%." + digits + "e", rounded);
  }

  private static String general(double a, int digits, boolean keepZeros) {
    if (a == 0) {
      return "0";
    }
    String scientific = exponent(a, digits - 1);
    int exponent = Integer.parseInt(scientific.substring(scientific.indexOf('e') + 1));
    if (exponent < -4 || exponent >= digits) {
      int e = scientific.indexOf('e');
      return trim(scientific.substring(0, e), keepZeros) + scientific.substring(e);
    }
    return trim(fixed(a, digits - 1 - exponent), keepZeros);
  }

  private static String trim(String text, boolean keepZeros) {
    if (keepZeros || !text.contains(".")) {
      return text;
    }
    String s = text.replaceFirst("0+$", "");
    return s.endsWith(".") ? s.substring(0, s.length() - 1) : s;
  }

  private static String pad(String text, String flags, String width, char kind) {
    int wanted = width == null ? 0 : Integer.parseInt(width);
    boolean left = flags.contains("-") || wanted < 0;
    int missing = Math.abs(wanted) - text.length();
    if (missing <= 0) {
      return text;
    }
    if (left) {
      return text + " ".repeat(missing);
    }
    boolean number =
        Character.isDigit(text.charAt(text.length() - 1)) || kind == 'x' || kind == 'X';
    if (flags.contains("0") && number && "diuxXofFeEgG".indexOf(kind) >= 0) {
      int at = "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
      at += text.startsWith("0x") || text.startsWith("0X") ? 2 : 0;
      return text.substring(0, at) + "0".repeat(missing) + text.substring(at);
    }
    return " ".repeat(missing) + text;
  }
}
