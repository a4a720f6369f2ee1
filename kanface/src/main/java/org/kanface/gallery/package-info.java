/// Known faces as a file of embeddings, and whom a new face resembles most.
@NullMarked
package org.kanface.gallery;

import org.jspecify.annotations.NullMarked;
