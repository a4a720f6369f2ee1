/// Trained weights as others store them: PyTorch's checkpoints, pickled NumPy dictionaries,
/// safetensors. Nothing that a file names is ever run.
@NullMarked
package org.kanface.data.weights;

import org.jspecify.annotations.NullMarked;
