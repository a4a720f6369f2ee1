package org.kanface.kernels;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.kernels.cases.KernelCases;
import org.kanface.kernels.cases.Outcome;

/// Every kernel set that can run here agrees with the plain loops, wherever its blocks begin, and
/// gives the same bits for any number of threads.
class KernelParityTest {
  private static final int[] SHIFTS = {0, 3}; // elements away from an aligned address
  private static final int[] THREADS = {1, 2, 5};

  private final int threads = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.resize(threads);
  }

  @TestFactory
  Stream<DynamicContainer> fastKernelsAgreeWithReference() {
    return Backends.all().stream()
        .filter(b -> !b.name().equals("reference"))
        .map(b -> DynamicContainer.dynamicContainer(b.name(), families(b)));
  }

  /// All families, or the one that `-Dkanface.cases=FAMILY` names.
  private static Stream<String> families() {
    String only = System.getProperty("kanface.cases", "");
    return KernelCases.FAMILIES.stream().filter(f -> only.isEmpty() || only.equals(f));
  }

  private static Stream<DynamicContainer> families(Backend backend) {
    return families().map(f -> DynamicContainer.dynamicContainer(f, Stream.of(family(backend, f))));
  }

  /// One test a family: a thousand tests of a millisecond would drown the report.
  private static DynamicTest family(Backend backend, String family) {
    return DynamicTest.dynamicTest(
        family,
        () -> {
          backend.missing().ifPresent(why -> Assumptions.abort(backend.name() + ": " + why));
          var kernels = backend.kernels(DType.F32, 0).orElseThrow();
          var failures = new ArrayList<String>();
          KernelCases.of(family).forEach(c -> check(c, kernels, failures));
          report(failures);
        });
  }

  private static void check(KernelCase c, Kernels kernels, List<String> failures) {
    try (var arena = Arena.ofShared()) {
      var reference = Backends.kernels("reference", DType.F32);
      for (int shift : SHIFTS) {
        Outcome first = null;
        for (int count : THREADS) {
          Workers.resize(count);
          var outcome = c.run(kernels, shift, arena);
          if (first == null) {
            first = outcome;
            outcome.requireCloseTo(c.run(reference, shift, arena));
          } else {
            outcome.requireSameBits(first, "%d threads against 1".formatted(count));
          }
        }
      }
    } catch (AssertionError | RuntimeException e) {
      failures.add(e instanceof AssertionError ? e.getMessage() : c + ": " + e);
    }
  }

  private static void report(List<String> failures) {
    if (!failures.isEmpty()) {
      throw new AssertionError(
          failures.size()
              + " cases fail:\n"
              + String.join("\n", failures.subList(0, Math.min(20, failures.size()))));
    }
  }

  /// The float reference against the double one: shows that the tolerances ask for what float can
  /// give, and that cases do not depend on where blocks lie.
  @TestFactory
  Stream<DynamicTest> tolerancesHoldForTheReferenceItself() {
    return families()
        .map(
            family ->
                DynamicTest.dynamicTest(
                    family,
                    () -> {
                      var failures = new ArrayList<String>();
                      KernelCases.of(family).forEach(c -> checkReference(c, failures));
                      report(failures);
                    }));
  }

  private static void checkReference(KernelCase c, List<String> failures) {
    try (var arena = Arena.ofShared()) {
      var single = c.run(Backends.kernels("reference", DType.F32), 1, arena);
      single.requireCloseTo(c.run(Backends.kernels("reference", DType.F64), 0, arena));
    } catch (AssertionError | RuntimeException e) {
      failures.add(e instanceof AssertionError ? e.getMessage() : c + ": " + e);
    }
  }
}
