/// Optimisers, learning-rate schedules, gradient clipping.
@NullMarked
package org.kanface.nn.optim;

import org.jspecify.annotations.NullMarked;
