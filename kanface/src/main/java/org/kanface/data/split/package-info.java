/// Cuts of a data set into training, validation and test.
@NullMarked
package org.kanface.data.split;

import org.jspecify.annotations.NullMarked;
