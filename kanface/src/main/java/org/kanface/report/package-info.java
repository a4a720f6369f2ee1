/// What a run writes for people: progress, tables, plots, JSON lines.
@NullMarked
package org.kanface.report;

import org.jspecify.annotations.NullMarked;
