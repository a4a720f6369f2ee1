/// The protocol of IJB-B and IJB-C: faces pooled to templates, templates compared one to one and
/// one to many.
@NullMarked
package org.kanface.eval.ijb;

import org.jspecify.annotations.NullMarked;
