/// The README's example of kernels on a simulated GPU, compiled and run by the tests.
@NullMarked
package org.kanface.tools.examples;

import org.jspecify.annotations.NullMarked;
