/// A simulator of PTX: runs CUDA kernels on the CPU, checks and profiles them.
@NullMarked
package org.kanface.tools.ptx;

import org.jspecify.annotations.NullMarked;
