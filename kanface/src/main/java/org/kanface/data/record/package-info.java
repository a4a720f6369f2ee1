/// RecordIO: many encoded images in one file with an index, as MXNet and InsightFace write them.
@NullMarked
package org.kanface.data.record;

import org.jspecify.annotations.NullMarked;
