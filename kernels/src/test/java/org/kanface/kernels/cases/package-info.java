/// One table of kernel cases, a family a file: what every kernel set has to agree on.
@NullMarked
package org.kanface.kernels.cases;

import org.jspecify.annotations.NullMarked;
