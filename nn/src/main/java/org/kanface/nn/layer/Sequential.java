package org.kanface.nn.layer;

import java.util.List;
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
            if (parts.get(i) instanceof BatchNorm norm
                && i + 1 < parts.size()
                && parts.get(i + 1) instanceof Activation activation
                && activation.isJoinable()) {
              y = norm.relu(y);
              i++;
            } else {
              y = parts.get(i).forward(y);
            }
          }
          return y;
        });
  }
}
