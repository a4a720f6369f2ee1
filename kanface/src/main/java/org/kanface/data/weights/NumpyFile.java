package org.kanface.data.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.kanface.data.DataException;
import org.kanface.data.pickle.KnownGlobals;
import org.kanface.data.pickle.NumpyArray;
import org.kanface.data.pickle.Unpickler;
import org.kanface.tensor.Shape;

/// NumPy's `.npy` files of one pickled object, as `np.save` writes a dictionary of arrays.
final class NumpyFile {
  private static final int PREFIX = 8; // magic and version

  private NumpyFile() {}

  /// The pickled object; arrays in it are [NumpyArray]s.
  static Object read(MemorySegment file, String name) {
    if (file.byteSize() < PREFIX + 4) {
      throw DataException.of("%s is cut off in its header.", name);
    }
    int version = file.get(ValueLayout.JAVA_BYTE, 6);
    int lengthBytes = version == 1 ? 2 : 4;
    long length =
        version == 1
            ? Short.toUnsignedLong(file.get(SHORT, PREFIX))
            : Integer.toUnsignedLong(file.get(INT, PREFIX));
    long start = PREFIX + lengthBytes + length;
    if (version < 1 || version > 3 || start > file.byteSize()) {
      throw DataException.of(
          "%s has a damaged header: version %d, %d bytes.", name, version, length);
    }
    var header =
        new String(
            file.asSlice(PREFIX + lengthBytes, length).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
    if (!header.contains("'|O'")) {
      throw DataException.of(
          "%s holds an array of numbers, expected a pickled dictionary of arrays.", name);
    }
    Object value =
        KnownGlobals.allowNumpy(KnownGlobals.allowBytes(new Unpickler()))
            .load(file.asSlice(start), name);
    if (value instanceof NumpyArray a && a.objects().size() == 1) {
      return a.objects().getFirst();
    }
    throw DataException.of("%s: expected one object in the array, found another number.", name);
  }

  /// An array as a tensor; throws [IllegalArgumentException] for types without a twin.
  static StridedView view(NumpyArray array) {
    ElementType type = ElementType.ofNumpy(array.type());
    if (type == null) {
      throw new IllegalArgumentException("an array of type \"%s\"".formatted(array.type()));
    }
    Shape shape = Shape.of(array.shape().stream().mapToLong(Long::longValue).toArray());
    var block = new Block(type, array.data().memory());
    return array.isColumnMajor()
        ? StridedView.columnMajor(block, shape)
        : StridedView.rowMajor(block, shape);
  }

  private record Block(ElementType type, MemorySegment data) implements StridedView.Block {
    @Override
    public long available() {
      return data.byteSize() / type.bytes;
    }
  }

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
