package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.PtxException;
import org.kanface.tools.ptx.ir.Type;

/// The modifiers of an instruction, taken one by one. What nobody took is not supported.
final class Mods {
  private final Instruction instruction;
  private final List<String> left;

  Mods(Instruction instruction) {
    this.instruction = instruction;
    this.left = new ArrayList<>(instruction.modifiers());
  }

  /// True, and taken, if it is there.
  boolean take(String word) {
    return left.remove(word);
  }

  /// Takes all of these that are there.
  void ignore(String... words) {
    left.removeAll(Arrays.asList(words));
  }

  /// Takes all that start so.
  void ignorePrefix(String prefix) {
    left.removeIf(w -> w.startsWith(prefix));
  }

  /// The first of `words` that is there, taken, or null.
  @Nullable String oneOf(String... words) {
    for (String word : words) {
      if (left.remove(word)) {
        return word;
      }
    }
    return null;
  }

  /// The first modifier from the left that is one of `words`, taken, or null.
  @Nullable String firstOf(Set<String> words) {
    for (String word : left) {
      if (words.contains(word)) {
        left.remove(word);
        return word;
      }
    }
    return null;
  }

  /// Like [#oneOf], refused if there is none.
  String need(String... words) {
    String found = oneOf(words);
    if (found == null) {
      throw error("expected one of .%s", String.join(", .", words));
    }
    return found;
  }

  /// The first modifier, taken.
  String first() {
    if (left.isEmpty()) {
      throw error("expected a modifier");
    }
    return left.removeFirst();
  }

  /// Whether the word is there; it stays.
  boolean has(String word) {
    return left.contains(word);
  }

  /// The first type from the left, taken.
  Type type() {
    for (String word : left) {
      Type type = Type.named(word);
      if (type != null) {
        left.remove(word);
        return type;
      }
    }
    throw error("expected a type");
  }

  /// The first type from the left; it stays.
  Type peekType() {
    for (String word : left) {
      Type type = Type.named(word);
      if (type != null) {
        return type;
      }
    }
    throw error("expected a type");
  }

  /// `v2`, `v4`, `v8` or 1.
  int vector() {
    String v = oneOf("v2", "v4", "v8");
    return v == null ? 1 : v.charAt(1) - '0';
  }

  Rounding rounding(Rounding otherwise) {
    String word = oneOf("rn", "rz", "rm", "rp", "rna");
    return word == null ? otherwise : Rounding.named(word);
  }

  /// Whether something is left.
  boolean any() {
    return !left.isEmpty();
  }

  /// Refuses what is left.
  void done() {
    if (!left.isEmpty()) {
      throw error("'.%s' is not supported here", left.getFirst());
    }
  }

  PtxException error(String message, Object... arguments) {
    return new PtxException(
        instruction.line(), "%s: %s.", instruction.mnemonic(), message.formatted(arguments));
  }
}
