/// Finds faces in photographs: the cascade of MTCNN on networks that the user imports.
@NullMarked
package org.kanface.detect;

import org.jspecify.annotations.NullMarked;
