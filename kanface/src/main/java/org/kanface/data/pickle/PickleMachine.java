package org.kanface.data.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Runs the opcodes of one pickle over a stack, a list of marks and a memo.
final class PickleMachine {
  private static final int MAX_NAME = 512; // of a global
  private static final int MAX_TEXT = Integer.MAX_VALUE - 16;
  private static final int MAX_INTEGER = 1024; // bytes of one number

  private final PickleInput in;
  private final Map<String, PyGlobal> allowed;
  private final @Nullable UnaryOperator<Object> persistent;
  private final int maxValues;
  private final ArrayList<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private int[] marks = new int[16];
  private int markCount;
  private int values;
  private long at; // offset of the current opcode

  PickleMachine(
      PickleInput in,
      Map<String, PyGlobal> allowed,
      @Nullable UnaryOperator<Object> persistent,
      int maxValues) {
    this.in = in;
    this.allowed = allowed;
    this.persistent = persistent;
    this.maxValues = maxValues;
  }

  Object run() {
    while (true) {
      at = in.offset();
      int op = in.u1();
      if (op == '.') {
        return pop();
      }
      step(op);
    }
  }

  private void step(int op) {
    switch (op) {
      case 0x80 -> protocol();
      case 0x95 -> frame();
      case '(' -> mark();
      case '0' -> discard();
      case '1' -> popMark();
      case '2' -> push(top());
      case 'N' -> push(PyNone.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'I' -> push(textInteger());
      case 'L' -> push(parsed(PickleText.integer(withoutL(in.line(MAX_INTEGER))), "whole number"));
      case 'F' -> push(parsed(PickleText.real(in.line(MAX_INTEGER)), "number"));
      case 'J' -> push((long) in.i4());
      case 'K' -> push((long) in.u1());
      case 'M' -> push((long) in.u2());
      case 0x8a -> push(littleEndian(in.u1()));
      case 0x8b -> push(littleEndian(in.u4()));
      case 'G' -> push(in.f8());
      case 'S' -> push(PyBytes.of(parsed(PickleText.unquote(in.line(MAX_TEXT)), "quoted string")));
      case 'V' -> push(parsed(PickleText.rawUnicode(in.line(MAX_TEXT)), "unicode string"));
      case 'T', 'B' -> push(new PyBytes(in.slice(in.u4())));
      case 'U', 'C' -> push(new PyBytes(in.slice(in.u1())));
      case 0x8e, 0x96 -> push(new PyBytes(in.slice(in.u8())));
      case 'X' -> push(in.utf8(in.u4()));
      case 0x8c -> push(in.utf8(in.u1()));
      case 0x8d -> push(in.utf8(in.u8()));
      case ']' -> push(new ArrayList<>(0));
      case '}' -> push(new LinkedHashMap<>(0));
      case ')' -> push(new PyTuple(List.of()));
      case 'l' -> push(popMark());
      case 't' -> push(new PyTuple(popMark()));
      case 'd' -> dict(popMark());
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case 'a' -> append(List.of(pop()));
      case 'e' -> append(popMark());
      case 's' -> setItem();
      case 'u' -> setItems(popMark());
      case 'p' -> remember(memoKey(in.line(MAX_NAME)));
      case 'q' -> remember(in.u1());
      case 'r' -> remember(in.u4());
      case 0x94 -> remember(memo.size());
      case 'g' -> recall(memoKey(in.line(MAX_NAME)));
      case 'h' -> recall(in.u1());
      case 'j' -> recall(in.u4());
      case 'c' -> push(global(in.line(MAX_NAME), in.line(MAX_NAME)));
      case 0x93 -> stackGlobal();
      case 'R', 0x81 -> reduce();
      case 'b' -> build();
      case 'P' -> resolve(in.line(MAX_NAME));
      case 'Q' -> resolve(pop());
      default -> throw in.refuse(at, "the opcode %s", OpcodeName.of(op));
    }
  }

  // ---- stack

  private void push(Object value) {
    if (++values > maxValues) {
      throw in.refuse(at, "more than %d values", maxValues);
    }
    stack.add(value);
  }

  private Object pop() {
    top();
    return stack.removeLast();
  }

  private Object top() {
    int floor = markCount == 0 ? 0 : marks[markCount - 1];
    if (stack.size() <= floor) {
      throw in.refuse(at, "nothing on the stack");
    }
    return stack.getLast();
  }

  private void mark() {
    if (++values > maxValues) {
      throw in.refuse(at, "more than %d values", maxValues);
    }
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * markCount);
    }
    marks[markCount++] = stack.size();
  }

  /// Everything above the last mark, which goes too.
  private List<Object> popMark() {
    if (markCount == 0) {
      throw in.refuse(at, "no mark on the stack");
    }
    var above = stack.subList(marks[--markCount], stack.size());
    var items = new ArrayList<Object>(above);
    above.clear();
    return items;
  }

  private void discard() {
    if (markCount > 0 && marks[markCount - 1] == stack.size()) {
      markCount--;
    } else {
      pop();
    }
  }

  // ---- memo

  private void remember(long key) {
    memo.put(key, top());
  }

  private void recall(long key) {
    var value = memo.get(key);
    if (value == null) {
      throw in.refuse(at, "memo entry %d, which was never stored,", key);
    }
    push(value);
  }

  private long memoKey(String text) {
    return parsed(PickleText.integer(text), "memo number") instanceof Long key ? key : -1;
  }

  // ---- values

  private void protocol() {
    int version = in.u1();
    if (version > 5) {
      throw in.refuse(at, "protocol %d, newer than 5,", version);
    }
  }

  private void frame() {
    long length = in.u8();
    long start = in.offset();
    in.slice(length); // only to check that it is there
    in.seek(start);
  }

  private Object textInteger() {
    var text = in.line(MAX_INTEGER);
    return switch (text) {
      case "01" -> true;
      case "00" -> false;
      default -> parsed(PickleText.integer(text), "whole number");
    };
  }

  private Object littleEndian(long length) {
    byte[] bytes = in.bytes(length, MAX_INTEGER);
    for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
      byte held = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = held;
    }
    return bytes.length == 0 ? (Object) 0L : PickleText.narrow(new BigInteger(bytes));
  }

  private static String withoutL(String text) {
    return text.endsWith("L") ? text.substring(0, text.length() - 1) : text;
  }

  private <T> T parsed(@Nullable T value, String what) {
    if (value == null) {
      throw in.refuse(at, "a malformed %s", what);
    }
    return value;
  }

  // ---- containers

  private void tuple(int size) {
    var items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    push(new PyTuple(List.of(items)));
  }

  private void append(List<Object> items) {
    if (!(top() instanceof ArrayList<?>)) {
      throw in.refuse(at, "appending to something that is no list");
    }
    @SuppressWarnings("unchecked") // every ArrayList on the stack was made here
    var list = (ArrayList<Object>) top();
    list.addAll(items);
  }

  private void dict(List<Object> items) {
    push(new LinkedHashMap<>(0));
    setItems(items);
  }

  private void setItem() {
    var value = pop();
    var key = pop();
    setItems(List.of(key, value));
  }

  private void setItems(List<Object> items) {
    if (items.size() % 2 != 0 || !(top() instanceof LinkedHashMap<?, ?>)) {
      throw in.refuse(at, "setting items of something that is no dictionary");
    }
    @SuppressWarnings(
        "unchecked") // every LinkedHashMap on the stack was made here or by an allowed constructor
    var map = (LinkedHashMap<Object, Object>) top();
    for (int i = 0; i < items.size(); i += 2) {
      var key = items.get(i);
      if (key instanceof PyBytes bytes && bytes.size() <= MAX_NAME) { // Python 2
        key = new String(bytes.toArray(), ISO_8859_1);
      }
      if (key instanceof PyGlobal named) {
        key = named.toString();
      }
      if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
        throw in.refuse(at, "a dictionary key that is neither text nor a number");
      }
      map.put(key, items.get(i + 1));
    }
  }

  // ---- globals and calls

  private PyGlobal global(String module, String name) {
    var found = allowed.get(module + "." + name);
    if (found == null) {
      throw in.refuse(at, "the global %s.%s, which is not allowed here,", module, name);
    }
    return found;
  }

  private void stackGlobal() {
    var name = pop();
    var module = pop();
    if (!(module instanceof String m && name instanceof String n)) {
      throw in.refuse(at, "a global whose name is no text");
    }
    push(global(m, n));
  }

  private void reduce() {
    var arguments = pop();
    var callee = pop();
    if (!(callee instanceof PyGlobal function && arguments instanceof PyTuple tuple)) {
      throw in.refuse(at, "a call of something that is no allowed global");
    }
    push(guarded(function.toString(), () -> function.constructor().call(tuple)));
  }

  private void build() {
    var state = pop();
    switch (top()) {
      case Buildable target ->
          guarded(
              target.getClass().getSimpleName(),
              () -> {
                target.build(state);
                return state;
              });
      case Map<?, ?> _ -> {} // attributes of a dictionary, such as PyTorch's _metadata
      default -> throw in.refuse(at, "state for something that takes none");
    }
  }

  private void resolve(Object id) {
    if (persistent == null) {
      throw in.refuse(at, "a persistent id, which is not allowed here,");
    }
    push(guarded("persistent id", () -> persistent.apply(id)));
  }

  private Object guarded(String what, Supplier<Object> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      throw in.refuse(at, "%s (%s)", what, String.valueOf(e.getMessage()));
    }
  }
}
