/// What the `data` commands do, each as one small class that returns a report.
@NullMarked
package org.kanface.data.tool;

import org.jspecify.annotations.NullMarked;
