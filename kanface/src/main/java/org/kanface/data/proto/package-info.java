/// Protocol buffers, written by hand: the wire format alone, no schemas and no generated classes.
@NullMarked
package org.kanface.data.proto;

import org.jspecify.annotations.NullMarked;
