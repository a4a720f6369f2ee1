/// Python pickles without Python: a reader that runs nothing but what its caller allows, and a
/// small writer.
@NullMarked
package org.kanface.data.pickle;

import org.jspecify.annotations.NullMarked;
