/// Runs in the files of Weights & Biases, recorded offline; `wandb sync` uploads them.
@NullMarked
package org.kanface.report.wandb;

import org.jspecify.annotations.NullMarked;
