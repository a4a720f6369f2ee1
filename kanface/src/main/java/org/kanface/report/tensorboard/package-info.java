/// TensorBoard's event files.
@NullMarked
package org.kanface.report.tensorboard;

import org.jspecify.annotations.NullMarked;
