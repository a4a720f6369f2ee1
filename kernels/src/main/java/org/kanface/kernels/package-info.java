/// The kernel contract: one interface a family over plain memory, and the one place that picks a
/// set.
@NullMarked
package org.kanface.kernels;

import org.jspecify.annotations.NullMarked;
