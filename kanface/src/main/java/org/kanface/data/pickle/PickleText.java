package org.kanface.data.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// The text forms of protocol 0: quoted strings, escaped unicode, decimal numbers. Each returns
/// null for what is malformed.
final class PickleText {
  private static final int MAX_DIGITS = 1000; // parsing long decimals takes quadratic time

  private PickleText() {}

  /// The bytes of a Python 2 string literal: quotes around, backslash escapes within.
  static byte @Nullable [] unquote(String s) {
    if (s.length() < 2
        || s.charAt(0) != s.charAt(s.length() - 1)
        || s.charAt(0) != '\'' && s.charAt(0) != '"') {
      return null;
    }
    byte[] in = s.substring(1, s.length() - 1).getBytes(ISO_8859_1);
    var out = new ByteArrayOutputStream(in.length);
    int i = 0;
    while (i < in.length) {
      if (in[i] != '\\') {
        out.write(in[i++]);
        continue;
      }
      if (++i == in.length) {
        return null;
      }
      int c = in[i++];
      int simple = "\\'\"abfnrtv".indexOf(c);
      if (simple >= 0) {
        out.write("\\'\"\u0007\b\f\n\r\t\u000B".charAt(simple));
      } else if (c == 'x' && i + 1 < in.length) {
        int high = Character.digit(in[i], 16);
        int low = Character.digit(in[i + 1], 16);
        if (high < 0 || low < 0) {
          return null;
        }
        out.write(high << 4 | low);
        i += 2;
      } else if (c >= '0' && c <= '7') {
        int value = c - '0';
        for (int k = 0; k < 2 && i < in.length && in[i] >= '0' && in[i] <= '7'; k++) {
          value = value * 8 + in[i++] - '0';
        }
        out.write(value);
      } else {
        out.write('\\'); // Python keeps a backslash that escapes nothing
        out.write(c);
      }
    }
    return out.toByteArray();
  }

  /// Text in the "raw-unicode-escape" encoding: Latin-1 with `\\uXXXX` and `\\UXXXXXXXX`.
  static @Nullable String rawUnicode(String s) {
    var out = new StringBuilder(s.length());
    int i = 0;
    while (i < s.length()) {
      int digits = 0;
      if (s.charAt(i) == '\\' && i + 1 < s.length()) {
        digits = s.charAt(i + 1) == 'u' ? 4 : s.charAt(i + 1) == 'U' ? 8 : 0;
      }
      if (digits == 0) {
        out.append(s.charAt(i++));
        continue;
      }
      if (i + 2 + digits > s.length()) {
        return null;
      }
      long code = 0;
      for (int k = 0; k < digits; k++) {
        int digit = Character.digit(s.charAt(i + 2 + k), 16);
        code = digit < 0 ? Long.MAX_VALUE : code << 4 | digit;
        if (code > Character.MAX_CODE_POINT) {
          return null;
        }
      }
      out.appendCodePoint((int) code);
      i += 2 + digits;
    }
    return out.toString();
  }

  /// A decimal integer as [Long], or [BigInteger] where it does not fit.
  static @Nullable Object integer(String s) {
    if (s.isEmpty() || s.length() > MAX_DIGITS) {
      return null;
    }
    try {
      return s.length() < 19 ? (Object) Long.valueOf(s) : narrow(new BigInteger(s));
    } catch (NumberFormatException _) {
      return null;
    }
  }

  static @Nullable Double real(String s) {
    if (s.length() > MAX_DIGITS) {
      return null;
    }
    try {
      return switch (s) {
        case "nan", "-nan" -> Double.NaN;
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.valueOf(s);
      };
    } catch (NumberFormatException _) {
      return null;
    }
  }

  /// [Long] where it fits.
  static Object narrow(BigInteger value) {
    return value.bitLength() < 64 ? (Object) value.longValue() : value;
  }
}
