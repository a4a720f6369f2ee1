/// Identification among distractors, as MegaFace measures it.
@NullMarked
package org.kanface.eval.megaface;

import org.jspecify.annotations.NullMarked;
