package org.kanface.eval;

/// A pair that the network judges worst: a dissimilar pair of one person, or a similar one of two.
///
/// @param pair its number in the set, from 0
/// @param same whether it shows one person
/// @param similarity cosine similarity of the two embeddings
public record HardPair(int pair, boolean same, double similarity) {}
