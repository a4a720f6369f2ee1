/// 8-bit RGB images: decoding, encoding, cropping, flipping and resampling.
@NullMarked
package org.kanface.data.image;

import org.jspecify.annotations.NullMarked;
