/// Checks the engine against fixture folders computed with PyTorch: unit cases, losses, optimisers
/// and whole models.
@NullMarked
package org.kanface.golden;

import org.jspecify.annotations.NullMarked;
