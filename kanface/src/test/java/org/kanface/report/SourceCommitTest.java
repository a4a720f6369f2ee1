package org.kanface.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceCommitTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path tree;
  private Path deep;

  @BeforeEach
  void folders() throws IOException {
    deep = Files.createDirectories(tree.resolve("kanface/target/classes"));
  }

  private void write(String file, String text) throws IOException {
    Path path = tree.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void readsADetachedHead() throws IOException {
    write(".git/HEAD", COMMIT + "\n");
    assertThat(SourceCommit.above(deep)).hasValue(COMMIT);
  }

  @Test
  void readsALooseBranch() throws IOException {
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/refs/heads/main", COMMIT + "\n");
    assertThat(SourceCommit.above(deep)).hasValue(COMMIT);
  }

  @Test
  void readsAPackedBranch() throws IOException {
    write(".git/HEAD", "ref: refs/heads/main\n");
    write(".git/packed-refs", "# pack-refs\n" + COMMIT + " refs/heads/main\n");
    assertThat(SourceCommit.above(deep)).hasValue(COMMIT);
  }

  @Test
  void readsAFurtherWorkingTree() throws IOException {
    write("main/.git/worktrees/side/HEAD", "ref: refs/heads/side\n");
    write("main/.git/worktrees/side/commondir", "../..\n");
    write("main/.git/refs/heads/side", COMMIT + "\n");
    write("side/.git", "gitdir: ../main/.git/worktrees/side\n");
    assertThat(SourceCommit.above(tree.resolve("side/target"))).hasValue(COMMIT);
  }

  @Test
  void isEmptyWhereGitSaysNothing() throws IOException {
    write(".git/HEAD", "ref: refs/heads/unborn\n");
    assertThat(SourceCommit.above(deep)).isEmpty();
    write(".git/HEAD", "damaged\n");
    assertThat(SourceCommit.above(deep)).isEmpty();
  }
}
