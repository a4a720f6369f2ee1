/// Layers: linear, convolution, normalisation, activation, pooling.
@NullMarked
package org.kanface.nn.layer;

import org.jspecify.annotations.NullMarked;
