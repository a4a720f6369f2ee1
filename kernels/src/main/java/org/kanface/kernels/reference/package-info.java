/// Plain loops in float and double: the truth every other kernel set is tested against.
@NullMarked
package org.kanface.kernels.reference;

import org.jspecify.annotations.NullMarked;
