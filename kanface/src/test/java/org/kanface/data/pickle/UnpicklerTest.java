package org.kanface.data.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;

class UnpicklerTest {
  /// Loads a pickle given as Latin-1 text.
  private static Object load(String pickle) {
    return load(new Unpickler(), pickle);
  }

  private static Object load(Unpickler unpickler, String pickle) {
    return unpickler.load(MemorySegment.ofArray(pickle.getBytes(ISO_8859_1)), "test.pkl");
  }

  @Test
  void readsNumbersOfEveryForm() {
    assertThat(load("I-5\n.")).isEqualTo(-5L);
    assertThat(load("I01\n.")).isEqualTo(true);
    assertThat(load("L123456789012345678901234567890L\n."))
        .isEqualTo(new BigInteger("123456789012345678901234567890"));
    assertThat(load("J\u00fe\u00ff\u00ff\u00ff.")).isEqualTo(-2L);
    assertThat(load("M\1\2.")).isEqualTo(513L);
    assertThat(load("\u008a\2\0\u0080.")).isEqualTo(-32768L);
    assertThat(load("\u008a\0.")).isEqualTo(0L);
    assertThat(load("\u008b\t\0\0\0\0\0\0\0\0\0\0\0\1.")).isEqualTo(BigInteger.ONE.shiftLeft(64));
    assertThat(load("G?\u00f8\0\0\0\0\0\0.")).isEqualTo(1.5);
    assertThat(load("F-2.5\n.")).isEqualTo(-2.5);
    assertThat(load("Fnan\n.")).isEqualTo(Double.NaN);
    assertThat(load("N.")).isEqualTo(PyNone.NONE);
  }

  @Test
  void readsTextOfEveryForm() {
    assertThat(load("X\3\0\0\0a\u00c3\u00a9.")).isEqualTo("aé");
    assertThat(load("\u008c\1x.")).isEqualTo("x");
    assertThat(load("Va\\u00e9\\U0001F600\\n\n.")).isEqualTo("aé\uD83D\uDE00\\n");
    assertThat(load("X\3\0\0\0\u00ed\u00a0\u0080.")).isEqualTo("\uD800"); // a lone surrogate
    assertThat(((PyBytes) load("S'a\\x00\\'\\101\\q\\n'\n.")).toArray())
        .isEqualTo("a\0'A\\q\n".getBytes(ISO_8859_1));
  }

  @Test
  void buildsContainersAndSharesWhatWasMemoised() {
    var list = (List<?>) load("](K\1K\2e.");
    assertThat(list).isEqualTo(List.of(1L, 2L));
    assertThat(load("(K\1K\2K\3t.")).isEqualTo(new PyTuple(List.of(1L, 2L, 3L)));
    assertThat(load("}(\u008c\1aK\1\u008c\1bK\2u.")).isEqualTo(Map.of("a", 1L, "b", 2L));
    assertThat(load("(\u008c\1aK\1d.")).isEqualTo(Map.of("a", 1L));
    assertThat(load("}U\1aK\1s.")).isEqualTo(Map.of("a", 1L)); // a key of Python 2
    var shared = (PyTuple) load("]\u0094h\0\u0086.");
    assertThat(shared.get(0)).isSameAs(shared.get(1));
    var self = (List<?>) load("]q\0h\0a.");
    assertThat(self.get(0)).isSameAs(self);
    assertThat(load("K\1(K\2K\0031.")).isEqualTo(1L); // POP_MARK
    assertThat(load("K\1(0.")).isEqualTo(1L); // POP of a mark
    assertThat(load("K\0012\u0086.")).isEqualTo(new PyTuple(List.of(1L, 1L)));
  }

  @Test
  void callsAllowedGlobalsAndBuildsTheirState() {
    var seen = new ArrayList<Object>();
    class Thing implements Buildable {
      @Override
      public void build(Object state) {
        seen.add(state);
      }
    }
    var unpickler =
        new Unpickler().allow("m", "Thing", a -> a.size() == 0 ? new Thing() : a.get(0));
    assertThat(load(unpickler, "cm\nThing\n)RK\7b.")).isInstanceOf(Thing.class);
    assertThat(seen).containsExactly(7L);
    assertThat(load(unpickler, "\u008c\1m\u008c\5Thing\u0093K\3\u0085\u0081.")).isEqualTo(3L);
    assertThat(load(new Unpickler().persistentIds(id -> "storage " + id), "K\5Q."))
        .isEqualTo("storage 5");
    assertThat(load(new Unpickler().persistentIds(id -> "storage " + id), "Pa 1\n."))
        .isEqualTo("storage a 1");
    assertThat(load("}Nb.")).isEqualTo(Map.of()); // attributes of a dictionary
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|1 bytes expected, 0 left at offset 0",
        "N|1 bytes expected, 0 left at offset 1",
        ".|nothing on the stack at offset 0",
        "(.|nothing on the stack at offset 1",
        "t.|no mark on the stack",
        "K1a.|nothing on the stack at offset 2",
        "NK1a.|appending to something that is no list",
        "NNNs.|setting items of something that is no dictionary",
        "](K1e}](K2eNs.|a dictionary key that is neither text nor a number",
        "h1.|memo entry 49, which was never stored, at offset 0",
        "cos~system~.|the global os.system, which is not allowed here, at offset 0",
        "K1Q.|a persistent id, which is not allowed here,",
        "K1)R.|a call of something that is no allowed global",
        "K1Nb.|state for something that takes none",
        "(ios~system~.|the opcode INST (makes an instance) at offset 1",
        "(o.|the opcode OBJ",
        "*.|the opcode 0x2A, which is unknown, at offset 0",
        "Ix1~.|a malformed whole number",
        "Sabc~.|a malformed quoted string",
        "V\\u12~.|a malformed unicode string",
        "K1|1 bytes expected, 0 left at offset 2",
        "I12|a line without an end",
      })
  void whatIsWrongIsNamedWithItsOffset(String pickle, String message) {
    assertThatThrownBy(() -> load(pickle.replace('~', '\n')))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("test.pkl is no usable pickle: ")
        .hasMessageContaining(message);
  }

  @Test
  void lengthsAreCheckedBeforeAnythingIsAllocated() {
    assertThatThrownBy(() -> load("T\u00ff\u00ff\u00ff\u007f."))
        .hasMessageContaining("2147483647 bytes expected, 1 left");
    assertThatThrownBy(() -> load("X\u00ff\u00ff\u00ff\u00ff."))
        .hasMessageContaining("at most 2147483631 are expected");
    assertThatThrownBy(() -> load("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f."))
        .hasMessageContaining("9223372036854775807 bytes expected");
    assertThatThrownBy(() -> load("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff."))
        .hasMessageContaining("a length of more than 2^63");
    assertThatThrownBy(() -> load("\u008b\u00ff\u00ff\u00ff\u007f."))
        .hasMessageContaining("at most 1024");
    assertThatThrownBy(() -> load("\u0095\20\0\0\0\0\0\0\0N."))
        .hasMessageContaining("16 bytes expected, 2 left");
    assertThatThrownBy(() -> load("I" + "9".repeat(5000) + "\n."))
        .hasMessageContaining("a line of more than 1024 bytes");
  }

  @Test
  void manyValuesAndDeepNestingEndInASentence() {
    assertThatThrownBy(() -> load(new Unpickler().limit(1000), "]".repeat(2000)))
        .hasMessageContaining("more than 1000 values at offset 1000");
    assertThatThrownBy(() -> load(new Unpickler().limit(1000), "(".repeat(2000)))
        .hasMessageContaining("more than 1000 values");
    var deep = load("]".repeat(100_000) + "a".repeat(99_999) + ".");
    assertThat(deep instanceof List<?> l && l.size() == 1).isTrue();
  }

  @Test
  void randomPicklesNeverEscapeAsAnotherException() {
    var unpickler = KnownGlobals.allowNumpy(KnownGlobals.allowBytes(new Unpickler()));
    var opcodes =
        "(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu})]GBC\u0080\u0081\u0085\u0086\u0087\u0088\u0089"
            + "\u008a\u008b\u008c\u008e\u0093\u0094\u0095\n"
            + "\0\1\2";
    var random = new SampleRandom(3);
    for (int round = 0; round < 20_000; round++) {
      var pickle = new StringBuilder();
      for (int k = random.nextInt(60); k >= 0; k--) {
        pickle.append(
            switch (random.nextInt(12)) {
              case 0 -> "cnumpy\ndtype\n";
              case 1 -> "cnumpy.core.multiarray\n_reconstruct\n";
              case 2 -> "c_codecs\nencode\n";
              case 3 -> "\u008c\2u1";
              default -> String.valueOf(opcodes.charAt(random.nextInt(opcodes.length())));
            });
      }
      try {
        load(unpickler, pickle.append('.').toString());
      } catch (DataException e) {
        assertThat(e).hasMessageStartingWith("test.pkl is no usable pickle");
      }
    }
  }
}
