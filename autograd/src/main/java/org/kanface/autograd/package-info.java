/// Reverse-mode differentiation: variables, the graph, the backward walk, gradient checks.
@NullMarked
package org.kanface.autograd;

import org.jspecify.annotations.NullMarked;
