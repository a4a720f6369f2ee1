package org.kanface.tools.ptx.ir;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Parses one instruction and its operands (PTX ISA, "Instruction Operands").
final class InstructionParser {
  private final Cursor in;
  private final Scope scope;

  InstructionParser(Cursor in, Scope scope) {
    this.in = in;
    this.scope = scope;
  }

  Instruction instruction(@Nullable SourceLine source) {
    int line = in.line();
    Register guard = null;
    boolean negated = false;
    if (in.accept("@")) {
      negated = in.accept("!");
      String name = in.name();
      guard = scope.register(name);
      if (guard == null || !guard.predicate()) {
        throw new PtxException(line, "'%s' is not a predicate register.", name);
      }
      line = in.line();
    }
    String opcode = in.name();
    var modifiers = new ArrayList<String>();
    while (in.atDot()) {
      modifiers.add(in.dotWord());
    }
    var operands = new ArrayList<Operand>();
    while (!in.accept(";")) {
      operands.add(operand());
      if (!in.at(";")) {
        in.expect(",");
      }
    }
    return new Instruction(
        line, source, guard, negated, opcode, List.copyOf(modifiers), List.copyOf(operands));
  }

  private Operand operand() {
    if (in.accept("[")) {
      return address();
    }
    if (in.accept("{")) {
      return new Operand.Vector(list("}"));
    }
    if (in.accept("(")) {
      return new Operand.Group(list(")"));
    }
    Operand first = single();
    return in.accept("|") ? new Operand.Pair(first, single()) : first;
  }

  private List<Operand> list(String end) {
    var found = new ArrayList<Operand>();
    while (!in.accept(end)) {
      found.add(operand());
      if (!in.at(end)) {
        in.expect(",");
      }
    }
    return List.copyOf(found);
  }

  private Operand address() {
    Operand base = single();
    long offset = 0;
    if (base instanceof Operand.Symbol s) {
      offset = s.offset();
      base = new Operand.Symbol(s.name(), s.target(), 0);
    }
    while (in.at("+") || in.at("-")) {
      in.accept("+");
      offset += in.integer();
    }
    if (in.at(",")) {
      throw in.error("addresses with coordinates (textures, surfaces) are not supported.");
    }
    in.expect("]");
    return new Operand.Address(base, offset);
  }

  private Operand single() {
    Token t = in.peek();
    if (in.accept("!")) {
      String name = in.name();
      Register r = scope.register(name);
      if (r == null || !r.predicate()) {
        throw new PtxException(t.line(), "'%s' is not a predicate register.", name);
      }
      return new Operand.Reg(r, true);
    }
    if (t.kind() == Token.Kind.NUMBER || t.is("-") || t.is("~")) {
      return in.number();
    }
    if (t.kind() != Token.Kind.NAME) {
      throw in.error("expected an operand, found '%s'.", t.text());
    }
    String name = in.take().text();
    if (name.equals("_")) {
      return new Operand.Sink();
    }
    Register register = scope.register(name);
    if (register != null) {
      if (in.atDot()) {
        throw in.error("components of vector registers are not supported.");
      }
      return new Operand.Reg(register, false);
    }
    if (name.startsWith("%")) {
      return new Operand.Special(in.atDot() ? name + in.take().text() : name);
    }
    if (name.equals("WARP_SZ")) {
      return new Operand.Immediate(32, Operand.Form.INTEGER);
    }
    long offset = in.accept("+") ? in.integer() : 0;
    Variable variable = scope.variable(name);
    return new Operand.Symbol(
        name,
        variable == null ? new Operand.NamedTarget() : new Operand.VariableTarget(variable),
        offset);
  }
}
