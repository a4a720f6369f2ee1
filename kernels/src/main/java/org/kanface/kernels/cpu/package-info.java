/// Vector API kernels, packed and blocked; one file a family.
@NullMarked
package org.kanface.kernels.cpu;

import org.jspecify.annotations.NullMarked;
