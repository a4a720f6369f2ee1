/// Tensors: shape, strides and offset over storage on a device; memory pools.
@NullMarked
package org.kanface.tensor;

import org.jspecify.annotations.NullMarked;
