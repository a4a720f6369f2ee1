/// Procedural faces: identities drawn from continuous traits, images of them under changing pose,
/// light and expression.
@NullMarked
package org.kanface.data.synthetic;

import org.jspecify.annotations.NullMarked;
