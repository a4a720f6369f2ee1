/// Faces brought into one position: five points, the transform that moves them, the warped image.
@NullMarked
package org.kanface.data.align;

import org.jspecify.annotations.NullMarked;
