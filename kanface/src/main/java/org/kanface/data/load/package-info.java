/// From a data set to batches: sample order, augmentation, prefetching.
@NullMarked
package org.kanface.data.load;

import org.jspecify.annotations.NullMarked;
