package org.kanface.kernels.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Sizes in bytes of a kernel's parameters, in order, as its PTX declares them. The driver checks
/// neither their number nor their sizes, so that a launch does.
record PtxParameters(List<Integer> bytes) {
  private static final Pattern ENTRY =
      Pattern.compile("\\.entry\\s+([\\w$]+)\\s*(?:\\(([^)]*)\\))?");
  private static final Pattern PARAMETER =
      Pattern.compile("\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.[a-z](\\d+)[^,\\[]*(?:\\[(\\d+)])?");

  PtxParameters {
    bytes = List.copyOf(bytes);
  }

  /// Those of all kernels in PTX text, by name.
  static Map<String, PtxParameters> of(String ptx) {
    var found = new HashMap<String, PtxParameters>();
    var entry = ENTRY.matcher(ptx);
    while (entry.find()) {
      var sizes = new ArrayList<Integer>();
      var parameter = PARAMETER.matcher(entry.group(2) == null ? "" : entry.group(2));
      while (parameter.find()) {
        int count = parameter.group(2) == null ? 1 : Integer.parseInt(parameter.group(2));
        sizes.add(Integer.parseInt(parameter.group(1)) / 8 * count);
      }
      found.put(entry.group(1), new PtxParameters(sizes));
    }
    return found;
  }
}
