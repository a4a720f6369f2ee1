/// Margin losses and the partial fully-connected head.
@NullMarked
package org.kanface.nn.loss;

import org.jspecify.annotations.NullMarked;
