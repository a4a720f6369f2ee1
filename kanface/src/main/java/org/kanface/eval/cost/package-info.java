/// Parameters, floating-point operations and memory of a network, by arithmetic from its
/// architecture alone.
@NullMarked
package org.kanface.eval.cost;

import org.jspecify.annotations.NullMarked;
