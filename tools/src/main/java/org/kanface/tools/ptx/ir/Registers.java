package org.kanface.tools.ptx.ir;

/// Numbers the registers of a function.
final class Registers {
  private int values;
  private int predicates;

  Register declare(String name, Type type) {
    return new Register(name, type, type == Type.PRED ? predicates++ : values(type));
  }

  /// A register of 128 bits takes two places.
  private int values(Type type) {
    int index = values;
    values += type == Type.B128 ? 2 : 1;
    return index;
  }

  int values() {
    return values;
  }

  int predicates() {
    return predicates;
  }
}
