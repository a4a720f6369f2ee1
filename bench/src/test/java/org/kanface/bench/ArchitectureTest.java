package org.kanface.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/// The boundaries between modules and packages, held over the main code of the whole tree.
///
/// Maven already keeps a module from naming one that it does not depend on; what Maven cannot see
/// is which packages use the Vector API or JCuda, who names a kernel set, and cycles inside a
/// module. The arrows are repeated here so that a careless dependency added to a pom fails too.
@AnalyzeClasses(packages = "org.kanface", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

  private static final String KERNELS = "org.kanface.kernels..";
  private static final String TENSOR = "org.kanface.tensor..";
  private static final String AUTOGRAD = "org.kanface.autograd..";
  private static final String NN = "org.kanface.nn..";
  private static final String TOOLS = "org.kanface.tools..";
  private static final String BENCH = "org.kanface.bench..";
  private static final String[] APPLICATION = {
    "org.kanface.cli..",
    "org.kanface.config..",
    "org.kanface.data..",
    "org.kanface.detect..",
    "org.kanface.gallery..",
    "org.kanface.train..",
    "org.kanface.eval..",
    "org.kanface.onnx..",
    "org.kanface.report.."
  };

  @ArchTest
  static final ArchRule kernelsStandAlone = onlyBelow(KERNELS, TENSOR, AUTOGRAD, NN, TOOLS, BENCH);

  @ArchTest static final ArchRule tensorSeesKernels = onlyBelow(TENSOR, AUTOGRAD, NN, TOOLS, BENCH);

  @ArchTest static final ArchRule autogradSeesTensor = onlyBelow(AUTOGRAD, NN, TOOLS, BENCH);

  @ArchTest static final ArchRule nnSeesAutograd = onlyBelow(NN, TOOLS, BENCH);

  @ArchTest
  static final ArchRule toolsSeeKernelsAlone = onlyBelow(TOOLS, TENSOR, AUTOGRAD, NN, BENCH);

  @ArchTest
  static final ArchRule applicationSeesNn =
      noClasses()
          .that()
          .resideInAnyPackage(APPLICATION)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(TOOLS, BENCH);

  @ArchTest
  static final ArchRule vectorApiStaysInCpuKernels =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kanface.kernels.cpu..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  @ArchTest
  static final ArchRule jcudaStaysInCudaKernels =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kanface.kernels.cuda..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jcuda..");

  /// Callers ask `Backends` for a kernel set; only benchmarks and tools look at one by name.
  @ArchTest
  static final ArchRule nobodyNamesAKernelSet =
      noClasses()
          .that()
          .resideOutsideOfPackages(KERNELS, TOOLS, BENCH)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.kanface.kernels.*..");

  @ArchTest
  static final ArchRule noCyclesBetweenModulesAndApplicationPackages =
      slices().matching("org.kanface.(*)..").should().beFreeOfCycles();

  /// A module's root package is its facade and may know the packages below it (`Backends` and the
  /// kernel sets, `Var` and the ops); among themselves those packages form no cycle.
  @ArchTest
  static final ArchRule noCyclesBetweenPackagesOfAModule =
      slices().matching("org.kanface.(*).(*)..").should().beFreeOfCycles();

  /// But for what JMH's annotation processor writes.
  @ArchTest
  static void everyPackageIsNullMarked(JavaClasses classes) {
    assertThat(classes.stream().map(JavaClass::getPackage).distinct())
        .as("packages whose package-info.java lacks @NullMarked")
        .filteredOn(found -> !found.getRelativeName().equals("jmh_generated"))
        .filteredOn(found -> !isNullMarked(found))
        .isEmpty();
  }

  private static boolean isNullMarked(JavaPackage found) {
    return found
        .tryGetPackageInfo()
        .map(info -> info.isAnnotatedWith(NullMarked.class))
        .orElse(false);
  }

  /// Classes of `module` depend on nothing of `others` and nothing of the application.
  private static ArchRule onlyBelow(String module, String... others) {
    return noClasses()
        .that()
        .resideInAPackage(module)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(APPLICATION);
  }
}
