/// NVIDIA's driver libraries, played by the PTX simulator: what JCuda's natives are linked against.
@NullMarked
package org.kanface.tools.driver;

import org.jspecify.annotations.NullMarked;
