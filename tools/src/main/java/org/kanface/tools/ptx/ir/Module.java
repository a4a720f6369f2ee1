package org.kanface.tools.ptx.ir;

import java.util.List;
import java.util.Map;

/// One PTX file.
///
/// @param version `.version`, times ten: 90 for 9.0
/// @param target the first word of `.target`, for example `sm_80`
/// @param variables those at module scope, in order
/// @param functions by name, in order
/// @param aliases `.alias new, old`
public record Module(
    int version,
    String target,
    List<Variable> variables,
    Map<String, Function> functions,
    Map<String, String> aliases) {}
