package org.kanface.report;

import java.util.List;
import java.util.Map;

/// Everything a report page shows, as plain data. Empty lists leave their sections out.
///
/// @param title of the page
/// @param facts what ran where, label to value, in order
/// @param config the effective configuration, key to value
/// @param loss training loss over the steps
/// @param learningRate over the steps
/// @param accuracy of each verification set over the steps, as parts of 1
/// @param epochs curves over the epochs by the title of their chart, where images of known people
///     judge them
/// @param result the outcome
/// @param hardest pairs judged worst, with images; only for generated faces
/// @param edges learned functions of some edges of the KAN layer
public record RunReport(
    String title,
    Map<String, String> facts,
    Map<String, Object> config,
    List<Series> loss,
    List<Series> learningRate,
    List<Series> accuracy,
    Map<String, List<Series>> epochs,
    RunResult result,
    List<PairImages> hardest,
    List<EdgeCurve> edges) {}
