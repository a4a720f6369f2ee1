/// Verification and identification metrics and protocols.
@NullMarked
package org.kanface.eval;

import org.jspecify.annotations.NullMarked;
