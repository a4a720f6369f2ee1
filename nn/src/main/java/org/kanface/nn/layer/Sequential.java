package org.kanface.nn.layer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.Module;

/// Modules one after another: `y = mₖ(… m₁(m₀(x)))`. In the state dict part `i` is called `i`,
/// parts without parameters count too.
public final class Sequential extends Module {
  private final List<Module> parts;

  public Sequential(Module... parts) {
    this.parts = List.of(parts);
    for (int i = 0; i < parts.length; i++) {
      register(Integer.toString(i), parts[i]);
    }
  }

  @Override
  protected Var compute(Var x) {
    return Graph.local(
        () -> {
          Var y = x;
          for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Conv2d convolution
                && part(i + 1) instanceof BatchNorm norm) {
              boolean rectifies = joins(i + 2);
              y = rectifies ? norm.relu(convolution, y) : norm.after(convolution, y);
              i += rectifies ? 2 : 1;
            } else if (parts.get(i) instanceof BatchNorm norm && joins(i + 1)) {
              y = norm.relu(y);
              i++;
            } else {
              y = parts.get(i).forward(y);
            }
          }
          return y;
        });
  }

  private @Nullable Module part(int i) {
    return i < parts.size() ? parts.get(i) : null;
  }

  private boolean joins(int i) {
    return part(i) instanceof Activation activation && activation.isJoinable();
  }
}
