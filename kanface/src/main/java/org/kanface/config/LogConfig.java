package org.kanface.config;

/// Where a run's numbers go besides its own files.
///
/// @param tensorboard event files in the run's `tensorboard` folder
/// @param usingWandb record the run for Weights & Biases in its `wandb` folder; `wandb sync`
///     uploads it with the key in `WANDB_API_KEY`
/// @param wandbEntity user or team there; empty for the uploader's own
/// @param wandbProject project there
/// @param wandbLogAll with several processes: every one records a run, not the first alone
/// @param wandbResume a resumed training goes on with the same run; else it begins another
/// @param saveArtifacts give the run the weights of every epoch and the last ones as artifacts
/// @param suffixRunName added to the run's name there, which is time and process
/// @param notes shown with the run there
public record LogConfig(
    boolean tensorboard,
    boolean usingWandb,
    String wandbEntity,
    String wandbProject,
    boolean wandbLogAll,
    boolean wandbResume,
    boolean saveArtifacts,
    String suffixRunName,
    String notes) {

  public LogConfig {
    ConfigException.require(
        !saveArtifacts || usingWandb,
        "save_artifacts: they are kept with a run of Weights & Biases; set using_wandb=true too");
    ConfigException.require(
        wandbProject.matches("[^/\\\\#?%:]{0,128}"),
        "wandb_project: expected up to 128 characters without / \\ # ? %% :, got \"%s\"",
        wandbProject);
  }
}
