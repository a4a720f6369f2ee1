/// Kolmogorov-Arnold layers on B-spline bases.
@NullMarked
package org.kanface.nn.kan;

import org.jspecify.annotations.NullMarked;
