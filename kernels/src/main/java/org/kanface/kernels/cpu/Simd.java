package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;

/// The vector width of all CPU kernels: the machine's preferred one, or the system property
/// `kanface.vector.bits` (128, 256 or 512).
final class Simd {
  static final VectorSpecies<Float> F = species();
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
  static final VectorSpecies<Double> D = VectorSpecies.of(double.class, F.vectorShape());
  static final int LANES = F.length();
  static final int BITS = F.vectorBitSize();
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Simd() {}

  private static VectorSpecies<Float> species() {
    Integer bits = Integer.getInteger("kanface.vector.bits");
    if (bits == null) {
      return FloatVector.SPECIES_PREFERRED.length() > 16
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
    }
    return switch (bits) {
      case 128, 256, 512 -> VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
      default ->
          throw new IllegalArgumentException(
              "kanface.vector.bits: expected 128, 256 or 512, got " + bits);
    };
  }

  static MemorySegment segment(Memory memory) {
    return ((HostMemory) memory).segment();
  }
}
