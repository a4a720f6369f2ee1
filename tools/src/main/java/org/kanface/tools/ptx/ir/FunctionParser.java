package org.kanface.tools.ptx.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Parses the head of a function or kernel; [Body] does the rest.
final class FunctionParser {
  private static final Set<String> LIMITS =
      Set.of("maxntid", "reqntid", "minnctapersm", "maxnctapersm", "maxnreg");

  private final Cursor in;
  private final Map<Integer, String> files;
  private final Scope scope;
  private final List<Variable> parameters = new ArrayList<>();
  private final List<Variable> results = new ArrayList<>();
  private final List<Register> parameterRegisters = new ArrayList<>();
  private final List<Register> resultRegisters = new ArrayList<>();
  private final Map<String, List<Integer>> limits = new HashMap<>();
  private final Registers registers = new Registers();

  FunctionParser(Cursor in, Scope module, Map<Integer, String> files) {
    this.in = in;
    this.files = files;
    this.scope = new Scope(module);
  }

  Function function() {
    int line = in.line();
    boolean entry = in.accept(".entry");
    if (!entry) {
      in.expect(".func");
      while (in.atDot()) {
        in.take(); // .attribute-like words before the result
      }
      if (in.at("(")) {
        list(results, resultRegisters);
      }
    }
    String name = in.name();
    if (in.at("(")) {
      list(parameters, parameterRegisters);
    }
    directives();
    var body = new Body(in, scope, registers, files);
    boolean defined = !in.accept(";");
    if (defined) {
      body.parse();
    }
    return new Function(
        name,
        entry,
        List.copyOf(parameters),
        List.copyOf(parameterRegisters),
        List.copyOf(results),
        List.copyOf(resultRegisters),
        body.variables(),
        registers.values(),
        registers.predicates(),
        body.instructions(),
        body.branchTargets(),
        body.prototypes(),
        limits,
        defined,
        line);
  }

  private void list(List<Variable> inMemory, List<Register> inRegisters) {
    in.expect("(");
    while (!in.accept(")")) {
      if (in.accept(".reg")) {
        Type type = Declarations.type(in);
        Register r = registers.declare(in.name(), type);
        scope.add(r);
        inRegisters.add(r);
      } else {
        Variable v = Declarations.parameter(in);
        scope.add(v);
        inMemory.add(v);
      }
      if (!in.at(")")) {
        in.expect(",");
      }
    }
  }

  private void directives() {
    while (in.atDot()) {
      int line = in.line();
      String word = in.dotWord();
      if (LIMITS.contains(word)) {
        var numbers = new ArrayList<Integer>();
        do {
          numbers.add(in.smallInteger());
        } while (in.accept(","));
        limits.put(word, List.copyOf(numbers));
      } else if (word.equals("pragma")) {
        in.skipStatement();
      } else if (!word.equals("noreturn")) {
        throw new PtxException(line, "the directive '.%s' is not supported.", word);
      }
    }
  }
}
