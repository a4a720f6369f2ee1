/// The training loop, checkpoints and exact resumption.
@NullMarked
package org.kanface.train;

import org.jspecify.annotations.NullMarked;
