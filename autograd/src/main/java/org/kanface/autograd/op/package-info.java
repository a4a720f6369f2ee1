/// One record an op: inputs, shape rule, checks, forward and gradient together.
@NullMarked
package org.kanface.autograd.op;

import org.jspecify.annotations.NullMarked;
