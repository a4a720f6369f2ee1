package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceDatasets;
import org.kanface.data.ImageSource;
import org.kanface.data.split.Split.Shares;
import org.kanface.data.tool.DataBin;
import org.kanface.data.tool.DataInfo;
import org.kanface.data.tool.DataPack;
import org.kanface.data.tool.DataSplit;
import org.kanface.data.tool.DataUnpack;
import org.kanface.data.tool.DataVerify;
import org.kanface.data.verify.BinFile;
import org.kanface.report.ProgressBar;
import org.kanface.report.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface data …`: looks at data sets and converts them.
@Command(
    name = "data",
    description =
        "Looks at data sets and converts them. A data set is a folder with one folder an identity,"
            + " a folder with train.rec, or a .rec file.",
    subcommands = {
      DataCommand.Info.class,
      DataCommand.Verify.class,
      DataCommand.Pack.class,
      DataCommand.Unpack.class,
      DataCommand.Split.class,
      DataCommand.Bin.class
    },
    mixinStandardHelpOptions = true)
final class DataCommand implements Runnable {
  private static final int LISTED = 20; // damaged images printed one by one

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected one of info, verify, pack, unpack, split, bin");
  }

  @Command(
      name = "info",
      description = "Counts images and identities.",
      mixinStandardHelpOptions = true)
  static final class Info implements Runnable {
    @Parameters(paramLabel = "DATA")
    private Path data = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      PrintWriter out = spec.commandLine().getOut();
      try (FaceDataset set = FaceDatasets.open(data)) {
        DataInfo.Report report = new DataInfo().run(set);
        out.printf("%d images of %d identities%n", report.images(), report.identities());
        out.println(
            report.width() < 0
                ? "the first image cannot be decoded"
                : "%d x %d pixels (the first image)".formatted(report.width(), report.height()));
        out.printf(
            "images an identity: %d to %d, median %d%n",
            report.min(), report.max(), report.median());
        out.println("largest: " + String.join(", ", report.largest()));
        report.warnings().forEach(warning -> out.println("warning: " + warning));
      }
    }
  }

  @Command(
      name = "verify",
      description = "Decodes every image and lists the damaged ones; exits 1 if there are any.",
      mixinStandardHelpOptions = true)
  static final class Verify implements Callable<Integer> {
    @Parameters(paramLabel = "DATA", description = "A data set, or a verification file (.bin).")
    private Path data = Path.of("");

    @Option(names = "--threads", description = "Default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      atLeastOne(spec, "--threads", threads);
      PrintWriter out = spec.commandLine().getOut();
      try (ImageSource images = open()) {
        DataVerify.Report report;
        try (ProgressBar bar = bar("verify", images.size())) {
          report = new DataVerify().run(images, threads, bar::update);
        }
        List<String> damaged = report.damaged();
        damaged.stream().limit(LISTED).forEach(out::println);
        if (damaged.size() > LISTED) {
          out.printf("… and %d more%n", damaged.size() - LISTED);
        }
        out.printf("%d images, %d damaged%n", report.images(), damaged.size());
        report.sizes().forEach((size, count) -> out.printf("%s pixels: %d%n", size, count));
        return damaged.isEmpty() ? 0 : Failures.FAILED;
      }
    }

    private ImageSource open() {
      return data.toString().endsWith(".bin")
          ? BinFile.open(data).images()
          : FaceDatasets.open(data);
    }
  }

  @Command(
      name = "pack",
      description = "Writes a data set as train.rec and train.idx.",
      mixinStandardHelpOptions = true)
  static final class Pack implements Runnable {
    @Parameters(index = "0", paramLabel = "DATA")
    private Path data = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write to.")
    private Path to = Path.of("");

    @Option(
        names = "--layout",
        description =
            "insightface: grouped by identity, with headers; shuffled: images alone in random"
                + " order. Default: ${DEFAULT-VALUE}.")
    private DataPack.Layout layout = DataPack.Layout.INSIGHTFACE;

    @Option(names = "--seed", description = "Of the shuffled order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      try (FaceDataset set = FaceDatasets.open(data);
          ProgressBar bar = bar("pack", set.size())) {
        DataPack.Report report = new DataPack().run(set, to, layout, seed, bar::update);
        spec.commandLine()
            .getOut()
            .printf(
                "%d images of %d identities, %.1f MB in %s%n",
                report.images(), report.identities(), report.bytes() / 1e6, to);
      }
    }
  }

  @Command(
      name = "unpack",
      description = "Writes a data set as one folder an identity.",
      mixinStandardHelpOptions = true)
  static final class Unpack implements Runnable {
    @Parameters(index = "0", paramLabel = "DATA")
    private Path data = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write to, empty or new.")
    private Path to = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      PrintWriter out = spec.commandLine().getOut();
      try (FaceDataset set = FaceDatasets.open(data);
          ProgressBar bar = bar("unpack", set.size())) {
        DataUnpack.Report report = new DataUnpack().run(set, to, bar::update);
        out.printf("%d images of %d identities%n", report.images(), report.identities());
        report.skipped().stream().limit(LISTED).forEach(s -> out.println("skipped: " + s));
        if (report.skipped().size() > LISTED) {
          out.printf("… and %d more%n", report.skipped().size() - LISTED);
        }
      }
    }
  }

  @Command(
      name = "split",
      description = {
        "Cuts a data set in two, OUT/train and OUT/val, or with --test in three, OUT/test too.",
        "In three parts the cut is that of training with split=image or split=identity: with"
            + " --share 0.072 --test 0.048 and the seed split_seed, to the image."
      },
      mixinStandardHelpOptions = true)
  static final class Split implements Runnable {
    @Parameters(index = "0", paramLabel = "DATA")
    private Path data = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT")
    private Path to = Path.of("");

    @Option(
        names = "--by",
        description =
            "identity: nobody is in two parts; image: everybody is in train. Default:"
                + " ${DEFAULT-VALUE}.")
    private DataSplit.By by = DataSplit.By.IDENTITY;

    @Option(names = "--share", description = "Part for val, 0 to 1. Default: ${DEFAULT-VALUE}.")
    private double share = 0.1;

    @Option(
        names = "--test",
        paramLabel = "SHARE",
        description = "Part for test, 0 to 1. Default: none.")
    private double test;

    @Option(names = "--seed", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      check("--share", share > 0 && share < 1, share);
      check("--test", test >= 0 && test < 1, test);
      check("--share and --test together", share + test < 1, share + test);
      try (FaceDataset set = FaceDatasets.open(data);
          ProgressBar bar = bar("split", set.size())) {
        var tool = new DataSplit();
        var cut =
            test > 0
                ? tool.inThree(set, by, Shares.of(share, test), seed)
                : tool.inTwo(set, by, share, seed);
        List<DataSplit.Part> parts = tool.write(set, cut, to, seed, bar::update);
        String told =
            parts.stream()
                .map(
                    p ->
                        "%s: %d images of %d identities"
                            .formatted(p.name(), p.images(), p.identities()))
                .collect(Collectors.joining("; "));
        spec.commandLine().getOut().println(told);
      }
    }

    private void check(String option, boolean right, double value) {
      if (!right) {
        throw new ParameterException(
            spec.commandLine(),
            "%s: expected a number between 0 and 1, got %s".formatted(option, value));
      }
    }
  }

  @Command(
      name = "bin",
      description = "Writes a pair list and its image folder as one verification file.",
      mixinStandardHelpOptions = true)
  static final class Bin implements Runnable {
    @Parameters(index = "0", paramLabel = "PAIRS", description = "A list as LFW's pairs.txt.")
    private Path pairs = Path.of("");

    @Parameters(index = "1", paramLabel = "IMAGES", description = "Folder that the names refer to.")
    private Path images = Path.of("");

    @Parameters(index = "2", paramLabel = "OUT", description = "The .bin file to write.")
    private Path to = Path.of("");

    @Option(names = "--skip-missing", description = "Leave out pairs whose images are missing.")
    private boolean skipMissing;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      if (Files.isDirectory(to)) {
        throw new DataException("%s is a folder, expected a file to write.".formatted(to));
      }
      DataBin.Report report = new DataBin().run(pairs, images, to, skipMissing);
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%d pairs (%d of one person), %.1f MB in %s%n",
          report.pairs(), report.same(), report.bytes() / 1e6, to);
      if (!report.missing().isEmpty()) {
        out.printf(
            "%d images missing, %s among them%n",
            report.missing().size(), report.missing().getFirst());
      }
    }
  }

  private static void atLeastOne(CommandSpec spec, String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s: expected 1 or more, got %d".formatted(option, value));
    }
  }

  private static ProgressBar bar(String task, int images) {
    return new ProgressBar(Terminal.system(), task, images, "images");
  }
}
