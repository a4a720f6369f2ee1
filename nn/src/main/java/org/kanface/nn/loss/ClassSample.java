package org.kanface.nn.loss;

import org.kanface.tensor.Tensor;

/// The class centres that a step uses. Both tensors live as long as the graph in which they were
/// chosen.
///
/// @param rows of the centres, ascending, `[count]`, I64
/// @param targets `[n]`, I64: where the class of each label stands among them, -1 for a class of
///     another process
public record ClassSample(Tensor rows, Tensor targets) {}
