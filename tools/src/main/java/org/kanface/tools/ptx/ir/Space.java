package org.kanface.tools.ptx.ir;

/// State spaces of PTX that can be addressed. [#GENERIC] is the one address range that has windows
/// onto the others.
public enum Space {
  GENERIC,
  GLOBAL,
  SHARED,
  LOCAL,
  CONST,
  PARAM
}
