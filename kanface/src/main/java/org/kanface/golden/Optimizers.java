package org.kanface.golden;

import java.util.List;
import java.util.Map;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Optimizer;
import org.kanface.nn.optim.Sgd;
import org.kanface.tensor.Json;

/// The optimisers of cases by their `kind` and hyper-parameters, under PyTorch's names.
final class Optimizers {
  private Optimizers() {}

  /// Whether there is such an optimiser; dampening and AMSGrad are not built.
  static boolean knows(Map<String, Object> settings) {
    return List.of("sgd", "adam", "adamw").contains(kind(settings))
        && ModelKinds.number(settings, "dampening", 0) == 0
        && !flag(settings, "amsgrad");
  }

  static Optimizer of(Map<String, Object> settings, List<Optimizer.Group> groups) {
    String kind = kind(settings);
    if (kind.equals("sgd")) {
      return new Sgd(
          groups, ModelKinds.number(settings, "momentum", 0), flag(settings, "nesterov"));
    }
    Adam.Config usual = kind.equals("adam") ? Adam.Config.ADAM : Adam.Config.ADAMW;
    double eps = ModelKinds.number(settings, "eps", usual.eps());
    if (!(settings.get("betas") instanceof List<?> betas)) {
      return new Adam(
          groups, new Adam.Config(usual.beta1(), usual.beta2(), eps, usual.decoupled()));
    }
    double beta1 = Json.number(betas.getFirst(), "betas");
    double beta2 = Json.number(betas.getLast(), "betas");
    return new Adam(groups, new Adam.Config(beta1, beta2, eps, usual.decoupled()));
  }

  private static String kind(Map<String, Object> settings) {
    return Json.string(Json.member(settings, "kind", "optimizer"), "kind");
  }

  private static boolean flag(Map<String, Object> settings, String name) {
    Object value = settings.get(name);
    return value != null && !Json.NULL.equals(value) && Json.bool(value, name);
  }
}
