package org.kanface.tools.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A shared library for x86-64 Linux, made of nothing but jumps.
///
/// Each function is a stub `jmp *slot` through the writable table [#SLOTS], which whoever loads the
/// library fills with addresses before the first call. Functions that nobody implements put their
/// number in the first argument's register and go through slot 0, so that one callee can name them.
///
/// Layout: ELF header, program headers, hash table, symbols, names, versions and stubs in a segment
/// that is read and executed; dynamic section and slots in one that is written. Source: System V
/// ABI, AMD64 supplement; symbol versions as in the Linux Standard Base.
///
/// @param soname what other libraries name in `DT_NEEDED`
/// @param version of all symbols, or null where they have none
/// @param functions with a slot each, from 1 on
/// @param refused without one
record ElfLibrary(
    String soname, @Nullable String version, List<String> functions, List<String> refused) {
  /// The symbol of the table: one address for the refused functions, then one for each function.
  static final String SLOTS = "kanface_slots";

  private static final int PAGE = 4096;
  private static final int HEADERS = 64 + 4 * 56;
  private static final int STUB = 16;
  private static final int FUNCTION = 0x12; // global function
  private static final int OBJECT = 0x11; // global data

  /// The file's bytes.
  byte[] bytes() {
    return new Writer().write();
  }

  private final class Writer {
    private final List<String> symbols = new ArrayList<>();
    private final StringBuilder names = new StringBuilder("\0");
    private final int[] nameAt;
    private final int sonameAt;
    private final int versionAt;
    private final int hash;
    private final int symtab;
    private final int strtab;
    private final int versym;
    private final int verdef;
    private final int text;
    private final int textEnd;
    private final int dynamic;
    private final int slots;
    private final int end;
    private final ByteBuffer out;

    Writer() {
      symbols.addAll(functions);
      symbols.addAll(refused);
      symbols.add(SLOTS);
      int count = symbols.size() + 1; // symbol 0 is nobody
      nameAt = new int[count];
      for (int s = 1; s < count; s++) {
        nameAt[s] = name(symbols.get(s - 1));
      }
      sonameAt = name(soname);
      versionAt = version == null ? 0 : name(version);
      hash = HEADERS;
      symtab = align(hash + 4 * (2 + 2 * count), 8);
      strtab = symtab + 24 * count;
      versym = align(strtab + names.length(), 8);
      verdef = align(versym + 2 * count, 8);
      text = align(verdef + 2 * 28, STUB);
      textEnd = text + STUB * (functions.size() + refused.size());
      dynamic = align(textEnd, PAGE);
      slots = dynamic + 16 * 10;
      end = slots + 8 * (functions.size() + 1);
      out = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] write() {
      header();
      segments();
      hashTable();
      symbolTable();
      out.put(strtab, names.toString().getBytes(StandardCharsets.US_ASCII));
      versions();
      stubs();
      dynamicSection();
      return out.array();
    }

    private int name(String name) {
      int at = names.length();
      names.append(name).append('\0');
      return at;
    }

    private void header() {
      out.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
      out.putShort(16, (short) 3); // shared object
      out.putShort(18, (short) 62); // x86-64
      out.putInt(20, 1);
      out.putLong(32, 64); // program headers follow
      out.putShort(52, (short) 64);
      out.putShort(54, (short) 56);
      out.putShort(56, (short) 4);
      out.putShort(58, (short) 64); // size of the section headers that are not there
    }

    private void segments() {
      segment(0, 1, 5, 0, textEnd, PAGE); // loaded, read and executed
      segment(1, 1, 6, dynamic, end - dynamic, PAGE); // loaded, read and written
      segment(2, 2, 6, dynamic, slots - dynamic, 8); // the dynamic section
      segment(3, 0x6474e551, 6, 0, 0, 16); // the stack is not executable
    }

    private void segment(int n, int type, int flags, long from, long bytes, long alignment) {
      int at = 64 + 56 * n;
      out.putInt(at, type);
      out.putInt(at + 4, flags);
      for (int place = 8; place <= 24; place += 8) { // in the file, in memory
        out.putLong(at + place, from);
      }
      out.putLong(at + 32, bytes);
      out.putLong(at + 40, bytes);
      out.putLong(at + 48, alignment);
    }

    private void hashTable() {
      int count = symbols.size() + 1;
      out.putInt(hash, count); // as many buckets as symbols
      out.putInt(hash + 4, count);
      for (int s = 1; s < count; s++) {
        int bucket = hash + 8 + 4 * (int) (hashOf(symbols.get(s - 1)) % count);
        int chain = hash + 8 + 4 * count;
        out.putInt(chain + 4 * s, out.getInt(bucket));
        out.putInt(bucket, s);
      }
    }

    private void symbolTable() {
      for (int s = 1; s <= symbols.size(); s++) {
        boolean isTable = s == symbols.size();
        int at = symtab + 24 * s;
        out.putInt(at, nameAt[s]);
        out.put(at + 4, (byte) (isTable ? OBJECT : FUNCTION));
        out.putShort(at + 6, (short) 1); // defined here
        out.putLong(at + 8, isTable ? slots : text + (long) STUB * (s - 1));
        out.putLong(at + 16, isTable ? end - slots : STUB);
      }
    }

    private void versions() {
      for (int s = 1; s <= symbols.size(); s++) {
        out.putShort(versym + 2 * s, (short) (version == null ? 1 : 2));
      }
      if (version != null) {
        definition(verdef, 1, 1, soname, sonameAt, 28);
        definition(verdef + 28, 0, 2, version, versionAt, 0);
      }
    }

    private void definition(int at, int flags, int index, String name, int stringAt, int next) {
      out.putShort(at, (short) 1);
      out.putShort(at + 2, (short) flags);
      out.putShort(at + 4, (short) index);
      out.putShort(at + 6, (short) 1); // one name
      out.putInt(at + 8, (int) hashOf(name));
      out.putInt(at + 12, 20); // the name follows
      out.putInt(at + 16, next);
      out.putInt(at + 20, stringAt);
    }

    private void stubs() {
      for (int f = 0; f < functions.size(); f++) {
        jump(text + STUB * f, f + 1);
      }
      for (int r = 0; r < refused.size(); r++) {
        int at = text + STUB * (functions.size() + r);
        out.put(at, (byte) 0xbf); // mov edi, number
        out.putInt(at + 1, r);
        jump(at + 5, 0);
      }
    }

    private void jump(int at, int slot) {
      out.put(at, (byte) 0xff); // jmp [rip + distance]
      out.put(at + 1, (byte) 0x25);
      out.putInt(at + 2, slots + 8 * slot - (at + 6));
    }

    private void dynamicSection() {
      long[][] entries = {
        {14, sonameAt}, // DT_SONAME
        {4, hash}, // DT_HASH
        {5, strtab}, // DT_STRTAB
        {6, symtab}, // DT_SYMTAB
        {10, names.length()}, // DT_STRSZ
        {11, 24}, // DT_SYMENT
        {0x6ffffff0L, versym}, // DT_VERSYM
        {0x6ffffffcL, verdef}, // DT_VERDEF
        {0x6ffffffdL, 2}, // DT_VERDEFNUM
      };
      int used = version == null ? 6 : entries.length; // the rest stays DT_NULL
      for (int e = 0; e < used; e++) {
        out.putLong(dynamic + 16 * e, entries[e][0]);
        out.putLong(dynamic + 16 * e + 8, entries[e][1]);
      }
    }
  }

  private static int align(int at, int alignment) {
    return Math.ceilDiv(at, alignment) * alignment;
  }

  /// The System V hash of a name, below 2²⁸.
  private static long hashOf(String name) {
    long h = 0;
    for (int i = 0; i < name.length(); i++) {
      h = (h << 4) + name.charAt(i);
      h = (h ^ (h & 0xf0000000L) >>> 24) & 0x0fffffffL;
    }
    return h;
  }
}
