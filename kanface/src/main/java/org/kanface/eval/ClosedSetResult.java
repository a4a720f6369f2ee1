package org.kanface.eval;

/// Images of known people given to the people the network was trained on.
///
/// @param name of the images: `validation` or `test`
/// @param loss mean over batches of the training loss, the margin in force
/// @param withMargin by the largest logit where the margin is taken from the right class, as in
///     training: the accuracy that EfficientFR reports
/// @param plain by the largest cosine, which is how an image of unknown identity would be judged
public record ClosedSetResult(
    String name, double loss, ClassReport withMargin, ClassReport plain) {}
