package org.kanface.report;

import org.kanface.eval.HardPair;

/// A hard pair with its two images as PNG files.
///
/// @param set the verification set
public record PairImages(String set, HardPair pair, byte[] firstPng, byte[] secondPng) {}
