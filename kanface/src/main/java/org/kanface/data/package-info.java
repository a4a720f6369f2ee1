/// Face data: synthetic identities, RecordIO, image folders, augmentation, loading.
@NullMarked
package org.kanface.data;

import org.jspecify.annotations.NullMarked;
