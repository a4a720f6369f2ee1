/// JMH suites and the peers they are compared with.
@NullMarked
package org.kanface.bench;

import org.jspecify.annotations.NullMarked;
