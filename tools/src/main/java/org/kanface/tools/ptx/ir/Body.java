package org.kanface.tools.ptx.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parses a function's body: declarations, labels and instructions.
final class Body {
  private final Cursor in;
  private final Registers registers;
  private final Map<Integer, String> files;
  private Scope scope;
  private @Nullable SourceLine source;
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Instruction> parsed = new ArrayList<>();
  private final List<Variable> variables = new ArrayList<>();
  private final Map<String, List<String>> targetNames = new HashMap<>();
  private final Map<String, Function.Prototype> prototypes = new HashMap<>();
  private List<Instruction> instructions = List.of();

  Body(Cursor in, Scope outer, Registers registers, Map<Integer, String> files) {
    this.in = in;
    this.scope = new Scope(outer);
    this.registers = registers;
    this.files = files;
  }

  void parse() {
    in.expect("{");
    int depth = 1;
    while (depth > 0) {
      if (in.accept("{")) {
        scope = new Scope(scope);
        depth++;
      } else if (in.accept("}")) {
        Scope outer = scope.outer();
        if (outer != null) {
          scope = outer;
        }
        depth--;
      } else {
        statement();
      }
    }
    instructions = Labels.resolve(parsed, labels);
  }

  List<Instruction> instructions() {
    return instructions;
  }

  List<Variable> variables() {
    return List.copyOf(variables);
  }

  Map<String, Function.Prototype> prototypes() {
    return prototypes;
  }

  /// Lists of `.branchtargets`, as indices of instructions.
  Map<String, List<Integer>> branchTargets() {
    var found = new HashMap<String, List<Integer>>();
    targetNames.forEach(
        (list, names) ->
            found.put(list, names.stream().filter(labels::containsKey).map(labels::get).toList()));
    return found;
  }

  private void statement() {
    if (in.accept(";")) {
      return;
    }
    if (in.accept(".reg")) {
      register();
    } else if (in.accept(".loc")) {
      loc();
    } else if (in.accept(".pragma")) {
      in.skipStatement();
    } else if (in.at(".extern") || Declarations.starts(in)) {
      boolean external = in.accept(".extern");
      for (Variable v : Declarations.statement(in, external)) {
        variables.add(v);
        scope.add(v);
      }
    } else if (in.peek().kind() == Token.Kind.NAME && in.peek(1).is(":")) {
      label();
    } else {
      parsed.add(new InstructionParser(in, scope).instruction(source));
    }
  }

  private void register() {
    if (in.at(".v2") || in.at(".v4")) {
      throw in.error("vector registers ('.reg %s') are not supported.", in.peek().text());
    }
    Type type = Declarations.type(in);
    do {
      String name = in.name();
      if (in.accept("<")) {
        int count = in.smallInteger();
        in.expect(">");
        for (int i = 0; i < count; i++) {
          scope.add(registers.declare(name + i, type));
        }
      } else {
        scope.add(registers.declare(name, type));
      }
    } while (in.accept(","));
    in.expect(";");
  }

  private void label() {
    String name = in.name();
    in.expect(":");
    if (in.accept(".branchtargets") || in.accept(".calltargets")) {
      var names = new ArrayList<String>();
      do {
        names.add(in.name());
      } while (in.accept(","));
      in.expect(";");
      targetNames.put(name, names);
    } else if (in.accept(".callprototype")) {
      prototype(name);
    } else if (labels.put(name, parsed.size()) != null) {
      throw in.error("the label '%s' is defined twice.", name);
    }
  }

  private void prototype(String name) {
    var results = in.at("(") ? parameters() : List.<Variable>of();
    in.name();
    var parameters = in.at("(") ? parameters() : List.<Variable>of();
    while (in.atDot()) {
      in.take();
    }
    in.expect(";");
    prototypes.put(name, new Function.Prototype(results, parameters));
  }

  private List<Variable> parameters() {
    var found = new ArrayList<Variable>();
    in.expect("(");
    while (!in.accept(")")) {
      if (in.at(".reg")) {
        throw in.error("a prototype with '.reg' parameters is not supported.");
      }
      found.add(Declarations.parameter(in));
      in.accept(",");
    }
    return found;
  }

  private void loc() {
    int file = in.smallInteger();
    int line = in.smallInteger();
    in.integer();
    String name = files.get(file);
    source = name == null || line == 0 ? source : new SourceLine(name, line);
    skipInlining(in);
  }

  /// Passes over the numbers of a `.loc`.
  static void skipLoc(Cursor in) {
    in.integer();
    in.integer();
    in.integer();
    skipInlining(in);
  }

  private static void skipInlining(Cursor in) {
    while (in.accept(",")) {
      String word = in.name();
      if (word.equals("function_name")) {
        in.name();
        if (in.accept("+")) {
          in.integer();
        }
      } else if (word.equals("inlined_at")) {
        in.integer();
        in.integer();
        in.integer();
      } else {
        throw in.error("expected 'function_name' or 'inlined_at', found '%s'.", word);
      }
    }
  }
}
