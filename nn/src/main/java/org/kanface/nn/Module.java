package org.kanface.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Var;

/// A part of a network: its own parameters and buffers, and named parts.
///
/// Keys of the state dict are paths such as `stages.0.1.norm.weight`, own parameters before parts,
/// each in the order of registration, as PyTorch has it.
public abstract class Module implements AutoCloseable {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Module> children = new LinkedHashMap<>();
  private boolean training = true;
  private @Nullable Consumer<Var> observer;

  /// Applies the module.
  public final Var forward(Var x) {
    Var y = compute(x);
    if (observer != null) {
      observer.accept(y);
    }
    return y;
  }

  /// What the module computes; called by [#forward].
  protected abstract Var compute(Var x);

  /// Shows every output of this module to `observer` while it is fresh; null ends it.
  public final void observe(@Nullable Consumer<Var> watcher) {
    observer = watcher;
  }

  /// Whether somebody is shown this module's outputs, so that they have to exist.
  public final boolean isObserved() {
    return observer != null;
  }

  /// Registers a parameter or buffer under its own name.
  protected final Var register(Parameter parameter) {
    parameters.put(parameter.var().name(), parameter);
    return parameter.var();
  }

  /// Registers a part; the name may be a path (`stages.0.1`).
  protected final <M extends Module> M register(String name, M child) {
    children.put(name, child);
    return child;
  }

  /// All parameters and buffers by state-dict key; variables are renamed to their keys, for
  /// messages.
  public final SequencedMap<String, Parameter> state() {
    var out = new LinkedHashMap<String, Parameter>();
    collect("", out);
    out.forEach((key, p) -> p.var().rename(key));
    return out;
  }

  private void collect(String prefix, Map<String, Parameter> out) {
    parameters.forEach((name, p) -> out.put(prefix + name, p));
    children.forEach((name, child) -> child.collect(prefix + name + ".", out));
  }

  /// The trained parameters in state-dict order.
  public final List<Parameter> trained() {
    return state().values().stream().filter(Parameter::isTrained).toList();
  }

  /// All modules below by path, this one under the empty path.
  public final SequencedMap<String, Module> modules() {
    var out = new LinkedHashMap<String, Module>();
    collectModules("", out);
    return out;
  }

  private void collectModules(String path, Map<String, Module> out) {
    out.put(path, this);
    children.forEach(
        (name, child) -> child.collectModules(path.isEmpty() ? name : path + "." + name, out));
  }

  /// Chooses between training (dropout drops, batch norm uses the batch) and evaluation, for all
  /// parts.
  public final void train(boolean on) {
    modules().values().forEach(m -> m.training = on);
  }

  public final boolean isTraining() {
    return training;
  }

  /// Number of trained values.
  public final long trainedCount() {
    return trained().stream().mapToLong(p -> p.var().shape().numel()).sum();
  }

  /// Forgets all gradients.
  public final void zeroGrad() {
    trained().forEach(p -> p.var().zeroGrad());
  }

  /// Frees all parameters.
  @Override
  public final void close() {
    state().values().forEach(p -> p.var().close());
  }
}
