package org.kanface.tools.ptx.ir;

import java.util.List;
import java.util.Map;

/// A function or kernel.
///
/// @param entry true for a kernel
/// @param parameters in order; in `.param` space, or registers if declared so
/// @param results of a function, likewise
/// @param variables everything declared in the body: shared, local, parameters of calls, …
/// @param values how many value registers it has
/// @param predicates how many predicate registers it has
/// @param branchTargets lists of `.branchtargets`, as indices of instructions
/// @param prototypes by label: the parameters of `.callprototype`
/// @param limits `maxntid`, `reqntid`, `minnctapersm`, … as written
/// @param defined false for a declaration without a body
public record Function(
    String name,
    boolean entry,
    List<Variable> parameters,
    List<Register> parameterRegisters,
    List<Variable> results,
    List<Register> resultRegisters,
    List<Variable> variables,
    int values,
    int predicates,
    List<Instruction> instructions,
    Map<String, List<Integer>> branchTargets,
    Map<String, Prototype> prototypes,
    Map<String, List<Integer>> limits,
    boolean defined,
    int line) {

  /// The shape of an indirect call.
  public record Prototype(List<Variable> results, List<Variable> parameters) {}
}
