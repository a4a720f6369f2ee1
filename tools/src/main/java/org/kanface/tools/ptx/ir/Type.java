package org.kanface.tools.ptx.ir;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The fundamental types of PTX (PTX ISA, "Types"), with packed and alternate floating-point forms.
public enum Type {
  PRED(Kind.PREDICATE, 1),
  B8(Kind.BITS, 8),
  B16(Kind.BITS, 16),
  B32(Kind.BITS, 32),
  B64(Kind.BITS, 64),
  B128(Kind.BITS, 128),
  U8(Kind.UNSIGNED, 8),
  U16(Kind.UNSIGNED, 16),
  U32(Kind.UNSIGNED, 32),
  U64(Kind.UNSIGNED, 64),
  S8(Kind.SIGNED, 8),
  S16(Kind.SIGNED, 16),
  S32(Kind.SIGNED, 32),
  S64(Kind.SIGNED, 64),
  F16(Kind.FLOAT, 16),
  F32(Kind.FLOAT, 32),
  F64(Kind.FLOAT, 64),
  BF16(Kind.FLOAT, 16),
  TF32(Kind.FLOAT, 32),
  F16X2(Kind.PACKED, 32),
  BF16X2(Kind.PACKED, 32),
  F32X2(Kind.PACKED, 64),
  U16X2(Kind.PACKED, 32),
  S16X2(Kind.PACKED, 32),
  E4M3X2(Kind.PACKED, 16),
  E5M2X2(Kind.PACKED, 16);

  /// How the bits are read.
  public enum Kind {
    PREDICATE,
    BITS,
    UNSIGNED,
    SIGNED,
    FLOAT,
    PACKED
  }

  private static final Map<String, Type> BY_NAME =
      Stream.of(values()).collect(Collectors.toMap(Type::spelling, Function.identity()));

  private final Kind kind;
  private final int bits;

  Type(Kind kind, int bits) {
    this.kind = kind;
    this.bits = bits;
  }

  /// How the bits are read.
  public Kind kind() {
    return kind;
  }

  /// Width; 1 for a predicate.
  public int bits() {
    return bits;
  }

  /// Size in memory, at least 1.
  public int bytes() {
    return Math.max(1, bits / 8);
  }

  /// True for the signed integers.
  public boolean signed() {
    return kind == Kind.SIGNED;
  }

  /// True for scalar floating-point types.
  public boolean floating() {
    return kind == Kind.FLOAT;
  }

  /// True for integers and untyped bits.
  public boolean integral() {
    return kind == Kind.BITS || kind == Kind.UNSIGNED || kind == Kind.SIGNED;
  }

  /// As PTX writes it, without the dot.
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The type that PTX writes as `.name`, or null if there is none.
  public static @Nullable Type named(String name) {
    return BY_NAME.get(name);
  }
}
