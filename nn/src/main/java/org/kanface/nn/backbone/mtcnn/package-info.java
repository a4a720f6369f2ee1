/// The three networks of MTCNN, which find faces and five points in each.
@NullMarked
package org.kanface.nn.backbone.mtcnn;

import org.jspecify.annotations.NullMarked;
