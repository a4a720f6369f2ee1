package org.kanface.report.wandb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import org.kanface.data.proto.ProtoWriter;

/// An artifact of one file, as W&B records it until it is uploaded.
///
/// The file's digest is its MD5 in Base64; the artifact's is the MD5, in hexadecimal, of the line
/// `wandb-artifact-manifest-v1` and a line `PATH:DIGEST` for the file.
///
/// @param name of the artifact
/// @param path of the file inside it
/// @param staged where the file lies
/// @param digest of the file
record Artifact(String name, String path, Path staged, String digest, long size) {
  private static final int CHUNK = 1 << 20;

  /// Keeps `file` as it is now in `folder`: as a second name of the same content where the file
  /// system can, for files are replaced here and never written over, else as a copy.
  static Artifact stage(String name, Path file, Path folder) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    Path staged = own.resolve(file.getFileName()).toAbsolutePath().normalize();
    Files.deleteIfExists(staged);
    try {
      Files.createLink(staged, file);
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(file, staged, StandardCopyOption.REPLACE_EXISTING);
    }
    String digest = Base64.getEncoder().encodeToString(md5(staged));
    return new Artifact(name, file.getFileName().toString(), staged, digest, Files.size(staged));
  }

  /// `ArtifactRecord`.
  ProtoWriter record(String run, String entity, String project, String client, String sequence) {
    var policy = new ProtoWriter().string(1, "storageLayout").string(2, "\"V2\"");
    var entry =
        new ProtoWriter()
            .string(1, path)
            .string(2, digest)
            .int64(4, size)
            .string(6, staged.toString());
    var manifest =
        new ProtoWriter()
            .int64(1, 1)
            .string(2, "wandb-storage-policy-v1")
            .message(3, policy)
            .message(4, entry);
    return new ProtoWriter()
        .string(1, run)
        .string(2, project)
        .string(3, entity)
        .string(4, "model")
        .string(5, name)
        .string(6, manifestDigest())
        .bool(9, true)
        .string(11, "latest")
        .message(12, manifest)
        .bool(14, true)
        .string(15, client)
        .string(16, sequence)
        .string(20, "MANIFEST_MD5");
  }

  /// The digest of the artifact.
  String manifestDigest() {
    String lines = "wandb-artifact-manifest-v1\n" + path + ":" + digest + "\n";
    return HexFormat.of().formatHex(md5().digest(lines.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] md5(Path file) throws IOException {
    MessageDigest digest = md5();
    var chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    }
    return digest.digest();
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5"); // W&B's choice; it guards against accidents only
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
