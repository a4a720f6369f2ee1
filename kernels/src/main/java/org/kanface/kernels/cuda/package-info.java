/// Kernels on NVIDIA GPUs through JCuda, and the same on a simulated one.
@NullMarked
package org.kanface.kernels.cuda;

import org.jspecify.annotations.NullMarked;
