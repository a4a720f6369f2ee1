package org.kanface.nn.optim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.OptimizerKernels;
import org.kanface.kernels.OptimizerKernels.State;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Check;
import org.kanface.tensor.Tensor;

/// Updates parameters from their gradients. Parameters without a gradient are left alone.
///
/// The learning rate comes with each step, from a [Schedule]; state (moments, step counts) belongs
/// to the optimiser and can be saved and loaded by the parameters' names.
public abstract class Optimizer implements AutoCloseable {
  /// Parameters that share settings.
  ///
  /// @param lrFactor multiplies the learning rate
  public record Group(
      SequencedMap<String, Parameter> parameters, double lrFactor, double weightDecay) {
    /// The trained ones of `parameters`, at the plain learning rate.
    public static Group of(SequencedMap<String, Parameter> parameters, double weightDecay) {
      var trained = new LinkedHashMap<String, Parameter>();
      parameters.forEach(
          (key, p) -> {
            if (p.isTrained()) {
              trained.put(key, p);
            }
          });
      return new Group(trained, 1, weightDecay);
    }
  }

  /// A parameter's tensors in the state, by name (`exp_avg`), each like the parameter.
  protected static final class Slot {
    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    long step;

    Tensor zeros(String name, Tensor like) {
      return tensors.computeIfAbsent(
          name, _ -> Tensor.zeros(like.device(), like.dtype(), like.shape()));
    }
  }

  /// A run of a parameter's values; its kernels see nothing else.
  ///
  /// @param from the first value
  /// @param count how many
  protected record Run(long from, long count) {
    Memory of(Tensor tensor) {
      long width = tensor.dtype().bytes();
      return tensor.memory().slice(from * width, count * width);
    }
  }

  private final List<Group> groups;
  private final Map<String, Tensor> rows = new HashMap<>();
  private final Map<String, Slot> slots = new LinkedHashMap<>();

  protected Optimizer(List<Group> groups) {
    this.groups = List.copyOf(groups);
  }

  public final List<Group> groups() {
    return groups;
  }

  /// Limits the next [#step] of a parameter `[rows, …]` to some rows (I64), ascending and without
  /// repeats: all others keep weights and state, and no decay reaches them. The caller keeps `rows`
  /// and may close it after this call.
  public final void limit(String parameter, Tensor toRows) {
    Tensor before = rows.put(parameter, toRows.retain());
    if (before != null) {
      before.close();
    }
  }

  /// One update at learning rate `lr`. `gradScales` has a factor for each group's gradients
  /// (clipping, averaging); none means 1.
  public final void step(double lr, double... gradScales) {
    Check.that(
        gradScales.length == 0 || gradScales.length == groups.size(),
        "optimizer",
        "expected a gradient scale for each of %d groups, got %d",
        groups.size(),
        gradScales.length);
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      double scale = gradScales.length == 0 ? 1 : gradScales[g];
      states(group)
          .forEach(
              (alike, states) -> {
                double rate = lr * group.lrFactor;
                update(alike.kernels.optimizer(), states, alike.step, rate, group, scale);
              });
    }
    forgetRows();
  }

  private void forgetRows() {
    rows.values().forEach(Tensor::close);
    rows.clear();
  }

  /// What one call of a kernel can update together.
  private record Alike(Kernels kernels, long step) {}

  /// A group's parameters that have a gradient, counted on by a step.
  private Map<Alike, List<State>> states(Group group) {
    var states = new LinkedHashMap<Alike, List<State>>();
    group.parameters.forEach(
        (key, p) -> {
          if (p.var().hasGrad()) {
            Slot slot = slots.computeIfAbsent(key, _ -> new Slot());
            slot.step++;
            Tensor value = p.var().value();
            var alike =
                states.computeIfAbsent(
                    new Alike(value.kernels(), slot.step), _ -> new ArrayList<>());
            for (Run run : runs(value, rows.get(key))) {
              alike.add(state(value, p.var().grad(), slot, run));
            }
          }
        });
    return states;
  }

  /// Neighbouring rows as one run each; everything where no rows are given.
  private static List<Run> runs(Tensor parameter, @Nullable Tensor limit) {
    if (limit == null) {
      return List.of(new Run(0, parameter.numel()));
    }
    long[] rows = limit.toLongs();
    long width = parameter.shape().span(1, parameter.shape().rank());
    var runs = new ArrayList<Run>();
    for (int i = 0; i < rows.length; ) {
      int end = i + 1;
      while (end < rows.length && rows[end] == rows[end - 1] + 1) {
        end++;
      }
      runs.add(new Run(rows[i] * width, (end - i) * width));
      i = end;
    }
    return runs;
  }

  /// A run of a parameter's values with what is kept of them, made where it is not there yet.
  protected abstract State state(Tensor parameter, Tensor grad, Slot slot, Run run);

  /// Updates runs of parameters of one group; `step` counts from 1 and is that of all of them.
  protected abstract void update(
      OptimizerKernels kernels,
      List<State> states,
      long step,
      double lr,
      Group group,
      double gradScale);

  /// The state's tensors by `<parameter>.<name>`.
  public final SequencedMap<String, Tensor> tensors() {
    var out = new LinkedHashMap<String, Tensor>();
    slots.forEach((key, slot) -> slot.tensors.forEach((n, t) -> out.put(key + "." + n, t)));
    return out;
  }

  /// Updates done, by parameter.
  public final SequencedMap<String, Long> steps() {
    var out = new LinkedHashMap<String, Long>();
    slots.forEach((key, slot) -> out.put(key, slot.step));
    return out;
  }

  /// Restores one parameter's step count.
  public final void restoreStep(String parameter, long step) {
    slots.computeIfAbsent(parameter, _ -> new Slot()).step = step;
  }

  /// The state tensor `name` of a parameter, made (zeroed) where it is not there yet: for loading.
  public final Tensor tensor(String parameter, String name) {
    for (Group group : groups) {
      Parameter p = group.parameters.get(parameter);
      if (p != null) {
        return slots.computeIfAbsent(parameter, _ -> new Slot()).zeros(name, p.var().value());
      }
    }
    throw new IllegalArgumentException("[optimizer] no parameter is called " + parameter);
  }

  /// Forgets all gradients.
  public final void zeroGrad() {
    groups.forEach(g -> g.parameters.values().forEach(p -> p.var().zeroGrad()));
  }

  @Override
  public final void close() {
    slots.values().forEach(s -> s.tensors.values().forEach(Tensor::close));
    slots.clear();
    forgetRows();
  }
}
