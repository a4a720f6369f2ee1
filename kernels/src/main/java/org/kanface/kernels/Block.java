package org.kanface.kernels;

/// One of a list of blocks that a kernel works through together: the first `n` elements of
/// `memory`.
public record Block(long n, Memory memory) {}
