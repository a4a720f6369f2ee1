/// Modules and parameters, initialisation, state dictionaries.
@NullMarked
package org.kanface.nn;

import org.jspecify.annotations.NullMarked;
