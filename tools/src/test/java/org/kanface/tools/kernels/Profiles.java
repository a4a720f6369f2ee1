package org.kanface.tools.kernels;

import java.util.List;
import java.util.Map;
import org.kanface.tools.ptx.Dim3;
import org.kanface.tools.ptx.LaunchReport;
import org.kanface.tools.ptx.SimOptions;

/// One launch of fixed size of each kernel of some families, and what it did.
abstract class Profiles {
  static final Dim3 WARPS = Dim3.of(32, 8);
  static final Dim3 FLAT = Dim3.of(256);
  static final Dim3 TILE = Dim3.of(24, 10); // of 48 units of 4 columns
  static final Dim3 EIGHT = Dim3.of(8);

  private static final SimOptions PROFILE = new SimOptions(false, true, 1);

  private final Map<String, double[]> rows;

  /// @param rows of the table, by kernel: [#launch] adds its own
  Profiles(Map<String, double[]> rows) {
    this.rows = rows;
  }

  abstract void launch();

  static Workbench bench(String... families) {
    return new Workbench(List.of(families), "compute_80", 1, PROFILE);
  }

  void run(Workbench b, String kernel, Dim3 grid, Dim3 block, int shared, Object... arguments) {
    LaunchReport r = b.launch(kernel, grid, block, shared, arguments);
    double sectors = r.globalSectors();
    rows.put(
        kernel,
        new double[] {
          r.warpInstructions(),
          sectors / Math.max(1, r.globalRequests()),
          32 * sectors / Math.max(1, r.touchedBytes()),
          r.bankConflicts(),
          100 * r.rooflineShare("h100")
        });
  }
}
