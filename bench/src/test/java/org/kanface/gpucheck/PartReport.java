package org.kanface.gpucheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kanface.tensor.Json;

/// What is known of a part's items.
final class PartReport {
  private final Part part;
  private final List<Map<String, Object>> items = new ArrayList<>();
  private int next; // the item that a further process begins with
  private String open = ""; // the item that was begun and not ended

  PartReport(Part part) {
    this.part = part;
  }

  /// Reads what a process wrote until it ended.
  void read(Path results) throws IOException {
    for (String line : Files.readAllLines(results)) {
      Map<String, Object> object = Json.object(Json.parse(line), "result");
      if (object.get("begin") instanceof Long number) {
        next = Math.toIntExact(number) + 1;
        open = String.valueOf(object.get("item"));
      } else {
        items.add(object);
        open = "";
      }
    }
  }

  /// Notes that the process ended in the middle of an item, if it did.
  void ended(String how) {
    if (!open.isEmpty()) {
      failed(open, how);
      open = "";
    }
  }

  void failed(String item, String why) {
    items.add(Json.of("item", item, "ok", false, "why", why));
  }

  Part part() {
    return part;
  }

  int next() {
    return next;
  }

  boolean isInItem() {
    return !open.isEmpty();
  }

  List<Map<String, Object>> items() {
    return List.copyOf(items);
  }

  List<Map<String, Object>> failures() {
    return items.stream().filter(i -> !Boolean.TRUE.equals(i.get("ok"))).toList();
  }

  /// For the report: how many items went well, those that did not, and all.
  Map<String, Object> json() {
    return Json.of(
        "passed",
        items.size() - failures().size(),
        "failed",
        failures().size(),
        "failures",
        failures(),
        "items",
        items);
  }
}
