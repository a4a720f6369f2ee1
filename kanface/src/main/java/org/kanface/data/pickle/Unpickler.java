package org.kanface.data.pickle;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;

/// Reads pickles of protocols 0 to 5 and calls nothing but what was allowed by name.
///
/// Values: `None` → [PyNone], bool → [Boolean], int → [Long] or [java.math.BigInteger], float →
/// [Double], unicode → [String], bytes and Python 2 strings → [PyBytes], tuple → [PyTuple], list →
/// [java.util.ArrayList], dict → [java.util.LinkedHashMap] (keys: strings, also Python 2's, names
/// of
/// allowed globals, numbers and booleans), allowed globals → [PyGlobal], everything else what its
/// constructor returns.
///
/// Hostile input is met by checks, not by trust: lengths against what is left of the pickle before
/// anything is allocated, a bound on the number of values, no recursion. Throws [DataException]
/// naming the pickle, the offset and the opcode or global in the way.
///
/// Format: Python's `pickletools`.
public final class Unpickler {
  /// More values than any verification set or checkpoint holds.
  private static final int MAX_VALUES = 5_000_000;

  private final Map<String, PyGlobal> allowed = new HashMap<>();
  private int maxValues = MAX_VALUES;
  private @Nullable UnaryOperator<Object> persistent;

  /// Allows a global by its module and name.
  public Unpickler allow(String module, String name, PyGlobal.Constructor constructor) {
    allowed.put(module + "." + name, new PyGlobal(module, name, constructor));
    return this;
  }

  /// Resolves persistent ids, which are refused otherwise. The function throws
  /// [IllegalArgumentException] for ids it does not know.
  public Unpickler persistentIds(UnaryOperator<Object> resolver) {
    persistent = resolver;
    return this;
  }

  /// The number of values after which a pickle is refused.
  public Unpickler limit(int values) {
    maxValues = values;
    return this;
  }

  /// The value of the pickle in `data`, which errors call `name`. Byte strings stay views of
  /// `data`.
  public Object load(MemorySegment data, String name) {
    return loadFirst(data, name).value();
  }

  /// The value of a pickle and how many bytes it took.
  public record First(Object value, long length) {}

  /// The value of the pickle that `data` begins with; other data may follow.
  public First loadFirst(MemorySegment data, String name) {
    var in = new PickleInput(data, name);
    Object value = new PickleMachine(in, allowed, persistent, maxValues).run();
    return new First(value, in.offset());
  }
}
