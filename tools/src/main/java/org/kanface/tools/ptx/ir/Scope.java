package org.kanface.tools.ptx.ir;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Names of a block `{ … }` and of those around it.
final class Scope {
  private final @Nullable Scope outer;
  private final Map<String, Register> registers = new HashMap<>();
  private final Map<String, Variable> variables = new HashMap<>();

  Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  @Nullable Scope outer() {
    return outer;
  }

  void add(Register register) {
    registers.put(register.name(), register);
  }

  void add(Variable variable) {
    variables.put(variable.name(), variable);
  }

  @Nullable Register register(String name) {
    for (Scope s = this; s != null; s = s.outer) {
      Register found = s.registers.get(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Nullable Variable variable(String name) {
    for (Scope s = this; s != null; s = s.outer) {
      Variable found = s.variables.get(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
