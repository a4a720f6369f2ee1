/// Verification sets: pairs of images with the answer whether they show one person.
@NullMarked
package org.kanface.data.verify;

import org.jspecify.annotations.NullMarked;
