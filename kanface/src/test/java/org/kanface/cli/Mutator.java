package org.kanface.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.kanface.data.SampleRandom;

/// Damages a file as disks, networks and malice do: one to four changes, all from the seed.
final class Mutator {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    0x7F,
    0xFF,
    0xFFFF,
    Short.MIN_VALUE,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFF_FFFFL,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final int LONGEST_RUN = 4096;

  private final List<byte[]> words;

  /// @param words pieces of the format, to be put in anywhere
  Mutator(String... words) {
    this.words = Arrays.stream(words).map(w -> w.getBytes(ISO_8859_1)).toList();
  }

  byte[] mutate(byte[] file, long seed) {
    var random = new SampleRandom(seed);
    byte[] out = file;
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      out = out.length == 0 ? file : once(out, random);
    }
    return out;
  }

  private byte[] once(byte[] file, SampleRandom random) {
    int at = random.nextInt(file.length);
    int length = 1 + random.nextInt(Math.min(64, file.length - at));
    return switch (random.nextInt(8)) {
      case 0 -> flip(file, at, random.nextInt(8));
      case 1 -> number(file, at, random);
      case 2 -> splice(file, at, length, new byte[0]); // lost
      case 3 -> splice(file, at, 0, Arrays.copyOfRange(file, at, at + length)); // doubled
      case 4 -> Arrays.copyOf(file, at); // cut off
      case 5 -> splice(file, at, 0, run(file[at], random));
      case 6 -> {
        int other = random.nextInt(file.length - length + 1);
        yield splice(file, at, length, Arrays.copyOfRange(file, other, other + length));
      }
      default -> {
        byte[] word =
            words.isEmpty() ? run(file[at], random) : words.get(random.nextInt(words.size()));
        yield splice(file, at, random.chance(0.5f) ? Math.min(word.length, length) : 0, word);
      }
    };
  }

  private static byte[] flip(byte[] file, int at, int bit) {
    byte[] out = file.clone();
    out[at] ^= (byte) (1 << bit);
    return out;
  }

  private static byte[] number(byte[] file, int at, SampleRandom random) {
    int size = 1 << random.nextInt(4);
    var order = random.chance(0.5f) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    var bytes =
        ByteBuffer.allocate(8).order(order).putLong(NUMBERS[random.nextInt(NUMBERS.length)]);
    int from = order == ByteOrder.LITTLE_ENDIAN ? 0 : 8 - size;
    byte[] out = file.clone();
    System.arraycopy(bytes.array(), from, out, at, Math.min(size, out.length - at));
    return out;
  }

  private static byte[] run(byte value, SampleRandom random) {
    byte[] out = new byte[1 + random.nextInt(LONGEST_RUN)];
    Arrays.fill(out, value);
    return out;
  }

  private static byte[] splice(byte[] file, int at, int removed, byte[] put) {
    byte[] out = new byte[file.length - removed + put.length];
    System.arraycopy(file, 0, out, 0, at);
    System.arraycopy(put, 0, out, at, put.length);
    System.arraycopy(file, at + removed, out, at + put.length, file.length - at - removed);
    return out;
  }
}
