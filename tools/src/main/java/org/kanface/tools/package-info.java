/// For people who work on kernels: compiling, simulating and profiling PTX.
@NullMarked
package org.kanface.tools;

import org.jspecify.annotations.NullMarked;
