package org.kanface.tools.ptx.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Parses a whole PTX file (PTX ISA 9.0; versions 6.0 and newer are accepted).
public final class Parser {
  private static final Set<String> LINKAGE = Set.of(".visible", ".weak", ".common");

  private final Cursor in;
  private final Map<Integer, String> files = new HashMap<>();
  private final List<Variable> variables = new ArrayList<>();
  private final Map<String, Function> functions = new LinkedHashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final Scope scope = new Scope(null);

  private Parser(String text) {
    List<Token> tokens = Lexer.tokens(text);
    collectFiles(tokens);
    in = new Cursor(tokens);
  }

  /// `.file` may stand behind the `.loc` that uses it.
  private void collectFiles(List<Token> tokens) {
    for (int i = 0; i + 2 < tokens.size(); i++) {
      if (tokens.get(i).is(".file") && tokens.get(i + 2).kind() == Token.Kind.STRING) {
        files.put((int) Cursor.integer(tokens.get(i + 1)), tokens.get(i + 2).text());
      }
    }
  }

  /// Parses `text`; a [PtxException] names the line of the first mistake.
  public static Module parse(String text) {
    var parser = new Parser(text);
    try {
      return parser.module();
    } catch (ArithmeticException _) {
      throw parser.in.error("a number is too large.");
    }
  }

  private Module module() {
    in.expect(".version");
    int version = version();
    in.expect(".target");
    String target = in.name();
    while (in.accept(",")) {
      in.take();
    }
    if (in.accept(".address_size") && in.integer() != 64) {
      throw in.error("only '.address_size 64' is supported.");
    }
    while (in.peek().kind() != Token.Kind.END) {
      statement();
    }
    return new Module(version, target, List.copyOf(variables), functions, aliases);
  }

  private int version() {
    Token t = in.take();
    String[] parts = t.text().split("\\.", -1);
    try {
      return Integer.parseInt(parts[0]) * 10 + (parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
    } catch (NumberFormatException _) {
      throw new PtxException(t.line(), "expected a version such as 7.0, found '%s'.", t.text());
    }
  }

  private void statement() {
    if (in.accept(";")) {
      return;
    }
    if (in.at(".file")) {
      file();
    } else if (in.accept(".section")) {
      in.take();
      skipBraces();
    } else if (in.accept(".pragma")) {
      in.skipStatement();
    } else if (in.accept(".alias")) {
      String alias = in.name();
      in.expect(",");
      aliases.put(alias, in.name());
      in.expect(";");
    } else if (in.accept(".loc")) {
      Body.skipLoc(in);
    } else {
      declaration();
    }
  }

  private void declaration() {
    boolean external = in.accept(".extern");
    while (LINKAGE.contains(in.peek().text())) {
      in.take();
    }
    if (in.at(".entry") || in.at(".func")) {
      function();
    } else if (Declarations.starts(in)) {
      for (Variable v : Declarations.statement(in, external)) {
        variables.add(v);
        scope.add(v);
      }
    } else {
      throw in.error("expected a declaration, found '%s'.", in.peek().text());
    }
  }

  private void function() {
    Function parsed = new FunctionParser(in, scope, files).function();
    Function known = functions.get(parsed.name());
    if (known == null || parsed.defined()) {
      if (known != null && known.defined()) {
        throw new PtxException(parsed.line(), "'%s' is defined twice.", parsed.name());
      }
      functions.put(parsed.name(), parsed);
    }
  }

  private void file() {
    in.expect(".file");
    in.integer();
    in.take();
    while (in.accept(",")) {
      in.take();
    }
  }

  private void skipBraces() {
    in.expect("{");
    int depth = 1;
    while (depth > 0) {
      if (in.peek().kind() == Token.Kind.END) {
        throw in.error("expected '}', found the end of the file.");
      }
      Token t = in.take();
      depth += t.is("{") ? 1 : t.is("}") ? -1 : 0;
    }
  }
}
