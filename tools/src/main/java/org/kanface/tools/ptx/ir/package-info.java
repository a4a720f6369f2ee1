/// PTX text as records: lexer, parser and the typed form that the simulator executes.
@NullMarked
package org.kanface.tools.ptx.ir;

import org.jspecify.annotations.NullMarked;
