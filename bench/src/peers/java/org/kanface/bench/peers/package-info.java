/// Other libraries at the same work, compiled only with the profile `peers`.
@NullMarked
package org.kanface.bench.peers;

import org.jspecify.annotations.NullMarked;
