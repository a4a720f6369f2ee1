/// The command line: one class a command.
@NullMarked
package org.kanface.cli;

import org.jspecify.annotations.NullMarked;
