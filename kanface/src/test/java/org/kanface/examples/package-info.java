/// The README's library examples, compiled and run by the tests.
@NullMarked
package org.kanface.examples;

import org.jspecify.annotations.NullMarked;
