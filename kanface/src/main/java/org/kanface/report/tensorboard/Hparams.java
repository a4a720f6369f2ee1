package org.kanface.report.tensorboard;

import java.util.List;
import java.util.Map;
import org.kanface.data.proto.ProtoWriter;

/// What TensorBoard's table of hyper-parameters reads: three summaries without values, whose
/// metadata say which parameters and metrics there are, what a run has, and how it ended.
///
/// Source: `hparams/api.proto` and `hparams/plugin_data.proto` of TensorBoard.
final class Hparams {
  private static final int STRING = 1; // hparams.DataType
  private static final int BOOL = 2;
  private static final int FLOAT64 = 3;
  private static final int SUCCESS = 1; // hparams.Status
  private static final int FAILURE = 2;

  private Hparams() {}

  /// Names and types of the parameters, and the tags of the scalars that count as results.
  static ProtoWriter experiment(Map<String, ?> values, List<String> metrics, double seconds) {
    var experiment = new ProtoWriter().float64(3, seconds);
    values.forEach(
        (name, value) ->
            experiment.message(4, new ProtoWriter().string(1, name).int64(4, type(value))));
    for (String tag : metrics) {
      var name = new ProtoWriter().string(2, tag);
      experiment.message(5, new ProtoWriter().message(1, name));
    }
    return value("_hparams_/experiment", new ProtoWriter().message(2, experiment));
  }

  /// This run's values.
  static ProtoWriter begin(Map<String, ?> values, double seconds) {
    var start = new ProtoWriter();
    values.forEach(
        (name, value) ->
            start.message(1, new ProtoWriter().string(1, name).message(2, json(value))));
    start.float64(5, seconds);
    return value("_hparams_/session_start_info", new ProtoWriter().message(3, start));
  }

  /// How the run ended.
  static ProtoWriter end(boolean success, double seconds) {
    var end = new ProtoWriter().int64(1, success ? SUCCESS : FAILURE).float64(2, seconds);
    return value("_hparams_/session_end_info", new ProtoWriter().message(4, end));
  }

  private static int type(Object value) {
    return switch (value) {
      case Boolean _ -> BOOL;
      case Number _ -> FLOAT64;
      default -> STRING;
    };
  }

  /// `google.protobuf.Value`.
  private static ProtoWriter json(Object value) {
    return switch (value) {
      case Boolean b -> new ProtoWriter().bool(4, b);
      case Number n -> new ProtoWriter().float64(2, n.doubleValue());
      default -> new ProtoWriter().string(3, value.toString());
    };
  }

  /// A `Summary.Value` with the plugin's data in its metadata and a tensor of nothing.
  private static ProtoWriter value(String tag, ProtoWriter data) {
    var plugin = new ProtoWriter().string(1, "hparams").message(2, data);
    var empty = new ProtoWriter().message(2, new ProtoWriter());
    return new ProtoWriter()
        .string(1, tag)
        .message(9, new ProtoWriter().message(1, plugin))
        .message(8, new ProtoWriter().int64(1, 1).message(2, empty));
  }
}
