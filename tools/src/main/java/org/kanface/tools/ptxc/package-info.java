/// Compiles CUDA sources to the PTX that is committed beside them.
@NullMarked
package org.kanface.tools.ptxc;

import org.jspecify.annotations.NullMarked;
