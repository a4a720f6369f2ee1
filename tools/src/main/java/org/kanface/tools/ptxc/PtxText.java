package org.kanface.tools.ptxc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The committed form of a compiler's PTX: for PTX ISA 7.0, so that drivers from CUDA 11.0 on load
/// it,
/// without comments, under a header that says what it was made from.
///
/// Lowering changes the `.version` line alone. That is right only where the text uses nothing
/// newer,
/// so known newer words are refused here, and the tests let NVIDIA's assembler read the result.
public final class PtxText {
  /// The ISA version of all committed files.
  public static final String VERSION = "7.0";

  private static final Pattern VERSION_LINE = Pattern.compile("(?m)^\\.version\\s+\\d+\\.\\d+$");
  private static final Pattern SOURCE = Pattern.compile("(?m)^// source sha256 ([0-9a-f]{64})$");
  private static final Pattern COMPILER = Pattern.compile("(?m)^// compiler (\\S+ \\S+), ");
  private static final Pattern COMPILER_LINE = Pattern.compile("(?m)^// compiler .*\\R");

  /// What came after PTX ISA 7.0, and when.
  private static final Map<Pattern, String> NEWER = newer();

  private PtxText() {}

  private static Map<Pattern, String> newer() {
    var words = new LinkedHashMap<Pattern, String>();
    words.put(Pattern.compile("\\.xorsign\\b"), "7.2");
    words.put(Pattern.compile("\\b(alloca|stacksave|stackrestore)\\b"), "7.3");
    words.put(Pattern.compile("\\b(createpolicy|applypriority|discard)\\b|\\.L2::"), "7.4");
    words.put(Pattern.compile("\\b(szext|bmsk)\\b"), "7.6");
    words.put(Pattern.compile("::(cta|cluster)\\b|\\b(griddepcontrol|stmatrix|mapa)\\b"), "7.8");
    words.put(Pattern.compile("\\b(add|sub|mul)(\\.\\w+)*\\.bf16(x2)?\\b"), "7.8");
    words.put(Pattern.compile("\\b(elect|wgmma|setmaxnreg)\\b|\\bcp\\.async\\.bulk\\b"), "8.0");
    words.put(Pattern.compile("\\.b128\\b"), "8.3");
    words.put(Pattern.compile("\\.f32x2\\b"), "8.6");
    return words;
  }

  /// The committed form of `ptx`.
  ///
  /// @param source the file that it was compiled from, by name alone
  /// @param sha256 of that file, in hexadecimal digits
  /// @param compiler name and version of the compiler and its flags
  /// @throws PtxcException if the text has no version line or needs a newer ISA than 7.0
  static String committed(String ptx, String source, String sha256, String compiler)
      throws PtxcException {
    String bare =
        ptx.replaceAll("(?m)\\s*//.*$", "").replaceAll("\\n{2,}", "\n").replaceAll("^\\n", "");
    for (var e : NEWER.entrySet()) {
      Matcher m = e.getKey().matcher(bare);
      if (m.find()) {
        throw new PtxcException(
            "%s: the PTX has '%s', which came with PTX ISA %s; expected nothing newer than %s."
                .formatted(source, m.group(), e.getValue(), VERSION));
      }
    }
    Matcher version = VERSION_LINE.matcher(bare);
    if (!version.find()) {
      throw new PtxcException("%s: the compiler's PTX has no .version line.".formatted(source));
    }
    return """
    // Made by tools/ptxc from %s; not to be edited.
    // source sha256 %s
    // compiler %s
    """
            .formatted(source, sha256, compiler)
        + version.replaceFirst(".version " + VERSION);
  }

  /// The SHA-256 of the source that a committed file was made from; empty if it does not say.
  static String sourceHash(String committed) {
    Matcher m = SOURCE.matcher(committed);
    return m.find() ? m.group(1) : "";
  }

  /// Name and version of the compiler that made a committed file; empty if it does not say.
  static String compiler(String committed) {
    Matcher m = COMPILER.matcher(committed);
    return m.find() ? m.group(1) : "";
  }

  /// A committed file without the line that names the compiler.
  static String withoutCompiler(String committed) {
    return COMPILER_LINE.matcher(committed).replaceFirst("");
  }
}
