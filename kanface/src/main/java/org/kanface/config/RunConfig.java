package org.kanface.config;

import org.kanface.kernels.Precision;

/// How a run goes about its work.
///
/// @param output folder of everything the run writes; empty: `work_dirs/NAME`
/// @param resume go on from the checkpoint in `output`
/// @param saveAllStates keep optimiser, schedule and position at the end of epochs, for `resume`
/// @param checkpointEpochs epochs between those; the last epoch has one in any case
/// @param checkpointSteps steps between further checkpoints; 0 for none
/// @param keepLast checkpoints kept besides the best
/// @param verbose steps between verifications; 0 for none
/// @param verifyAtEpochEnd verify after every epoch too
/// @param frequent steps between lines of the log
/// @param seed of everything random
/// @param device where to compute: `auto` (the first GPU if it can be used, else the CPU), `cpu`,
///     `cuda`, `cuda:1`, the slow `reference`, or `cuda-sim`, a simulated GPU and slower still
/// @param precision what matrix products and dense convolutions multiply in on a GPU: `f32`,
///     `tf32`, `f16` (with loss scaling) or `bf16`; weights, gradients and sums stay float32. With
///     `auto` the device that it takes decides
/// @param cudaGraphs whether a GPU gets the work of a training step as CUDA graphs, which takes the
///     host less time; results are the same to the bit
/// @param threads of the CPU kernels; 0: all cores
public record RunConfig(
    String output,
    boolean resume,
    boolean saveAllStates,
    int checkpointEpochs,
    int checkpointSteps,
    int keepLast,
    int verbose,
    boolean verifyAtEpochEnd,
    int frequent,
    long seed,
    String device,
    Precision precision,
    boolean cudaGraphs,
    int threads) {

  public RunConfig {
    Bounds.atLeast("checkpoint_epochs", checkpointEpochs, 1);
    Bounds.atLeast("checkpoint_steps", checkpointSteps, 0);
    Bounds.atLeast("keep_last", keepLast, 1);
    Bounds.atLeast("verbose", verbose, 0);
    Bounds.atLeast("frequent", frequent, 1);
    Bounds.within("seed", seed, 0, 0xFFFF_FFFFL);
    Bounds.within("threads", threads, 0, 4096);
    ConfigException.require(
        device.matches("auto|cpu|reference|cuda(:\\d{1,2})?|cuda-sim"),
        "device: expected auto, cpu, reference, cuda, cuda:N or cuda-sim, got \"%s\"",
        device);
    ConfigException.require(
        precision == Precision.F32 || device.startsWith("cuda") || device.equals("auto"),
        "precision: device=%s multiplies in f32 alone, got %s; other precisions need device=cuda",
        device,
        precision);
  }
}
