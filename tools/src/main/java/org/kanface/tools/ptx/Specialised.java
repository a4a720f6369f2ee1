package org.kanface.tools.ptx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Makes ops whose loop body is a function given as an object.
///
/// One class with many functions would call each through a table, because the JIT sees all of them
/// at one call site. So every combination of functions gets a hidden copy of the loop's class: its
/// call sites see one function each and inline it.
final class Specialised {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final ConcurrentHashMap<List<Class<?>>, MethodHandle> COPIES =
      new ConcurrentHashMap<>();

  private Specialised() {}

  /// A `template` made with `arguments`, from the copy for the classes of `functions`.
  static <T extends Op> Op make(Class<T> template, List<?> functions, Object... arguments) {
    var key =
        Stream.concat(Stream.<Class<?>>of(template), functions.stream().map(Object::getClass))
            .<Class<?>>map(c -> c)
            .toList();
    MethodHandle constructor = COPIES.computeIfAbsent(key, _ -> copy(template));
    try {
      return (Op) constructor.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("cannot make a copy of " + template, e);
    }
  }

  private static MethodHandle copy(Class<?> template) {
    try (InputStream in =
        Specialised.class.getResourceAsStream(template.getSimpleName() + ".class")) {
      if (in == null) {
        throw new LinkageError(template + " has no class file");
      }
      Class<?> hidden = LOOKUP.defineHiddenClass(in.readAllBytes(), false).lookupClass();
      var constructor = hidden.getDeclaredConstructors()[0];
      return LOOKUP.unreflectConstructor(constructor);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalAccessException e) {
      throw new LinkageError("cannot copy " + template, e);
    }
  }
}
