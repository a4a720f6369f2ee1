package org.kanface.nn.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Check;
import org.kanface.tensor.Tensor;

/// Updates parameters from their gradients. Parameters without a gradient are left alone.
///
/// The learning rate comes with each step, from a [Schedule]; state (moments, step counts) belongs
/// to
/// the optimiser and can be saved and loaded by the parameters' names.
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

  private final List<Group> groups;
  private final Map<String, Slot> slots = new LinkedHashMap<>();

  protected Optimizer(List<Group> groups) {
    this.groups = List.copyOf(groups);
  }

  public final List<Group> groups() {
    return groups;
  }

  /// One update at learning rate `lr`. `gradScales` has a factor for each group's gradients
  /// (clipping, averaging);
  /// none means 1.
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
      group.parameters.forEach(
          (key, p) -> {
            if (p.var().hasGrad()) {
              Slot slot = slots.computeIfAbsent(key, _ -> new Slot());
              slot.step++;
              update(p.var().value(), p.var().grad(), slot, lr * group.lrFactor, group, scale);
            }
          });
    }
  }

  /// Updates one parameter; `slot.step` counts from 1.
  protected abstract void update(
      Tensor parameter, Tensor grad, Slot slot, double lr, Group group, double gradScale);

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
  }
}
