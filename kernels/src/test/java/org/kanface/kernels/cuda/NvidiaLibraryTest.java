package org.kanface.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a user reads who has a driver, but not the libraries that belong to it.
class NvidiaLibraryTest {
  @Test
  void saysWhatIsInstalledInstead(@TempDir Path folder) throws IOException {
    assertThat(NvidiaLibrary.CUBLAS.absent(List.of(folder, folder.resolve("none"))))
        .isEqualTo(
            "cuBLAS 12 is not installed: libcublas.so.12 is neither in LD_LIBRARY_PATH nor below"
                + " CUDA_PATH or /usr/local/cuda; it comes with CUDA, or from pip as"
                + " nvidia-cublas-cu12");
    Files.createFile(folder.resolve("libcublas.so"));
    Files.createFile(folder.resolve("libcublas.so.13.0.1"));
    Files.createFile(folder.resolve("libcublas.so.13"));
    assertThat(NvidiaLibrary.CUBLAS.absent(List.of(folder)))
        .isEqualTo(
            ("cuBLAS 12 is not installed: found libcublas.so.13 in %s, expected libcublas.so.12;"
                    + " it comes with CUDA, or from pip as nvidia-cublas-cu12")
                .formatted(folder));
    assertThat(NvidiaLibrary.CUDNN.absent(List.of(folder))).startsWith("cuDNN 9 is not installed");
    assertThat(NvidiaLibrary.NVRTC_13.absent(List.of(folder)))
        .isEqualTo(
            "NVRTC 13 is not installed: libnvrtc.so.13 is neither in LD_LIBRARY_PATH nor below"
                + " CUDA_PATH or /usr/local/cuda; it comes with CUDA, or from pip as"
                + " nvidia-cuda-nvrtc");
  }

  @Test
  void looksWhereCudaIsInstalled() {
    assertThat(NvidiaLibrary.folders(Map.of("CUDA_PATH", "/opt/cuda", "CUDA_HOME", " ")))
        .startsWith(Path.of("/opt/cuda/lib64"), Path.of("/opt/cuda/lib"))
        .contains(Path.of("/usr/local/cuda/lib64"))
        .doesNotContain(Path.of(" /lib64"));
  }
}
