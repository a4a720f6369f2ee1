package org.kanface.tools.ptx;

import java.util.Collection;
import java.util.List;

/// Names that C++ compilers give to functions and variables (Itanium C++ ABI, "Mangling"), as far
/// as it takes to find one by the name that its source has.
final class MangledName {
  private MangledName() {}

  /// `name` if it is one of `names`, else the only one whose source name it is, else `name`.
  static String in(Collection<String> names, String name) {
    if (names.contains(name)) {
      return name;
    }
    List<String> alike = names.stream().filter(n -> plain(n).equals(name)).toList();
    return alike.size() == 1 ? alike.getFirst() : name;
  }

  /// The last name of `_Z4name…` and `_ZN5space4nameE…`; the whole if it is not mangled.
  static String plain(String mangled) {
    if (!mangled.startsWith("_Z")) {
      return mangled;
    }
    boolean nested = mangled.startsWith("N", 2);
    int at = nested ? 3 : 2;
    String last = mangled;
    while (true) {
      while (at < mangled.length() && "KL".indexOf(mangled.charAt(at)) >= 0) {
        at++;
      }
      int digits = at;
      int length = 0;
      while (digits < mangled.length() && Character.isDigit(mangled.charAt(digits))) {
        length = Math.min(10 * length + mangled.charAt(digits++) - '0', mangled.length());
      }
      if (digits == at || digits + length > mangled.length()) {
        return last;
      }
      last = mangled.substring(digits, digits + length);
      at = digits + length;
      if (!nested) {
        return last;
      }
    }
  }
}
