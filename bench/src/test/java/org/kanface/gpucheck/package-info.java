/// `tools/gpu-check`: everything that the CUDA kernels promise, tried on one machine.
@NullMarked
package org.kanface.gpucheck;

import org.jspecify.annotations.NullMarked;
