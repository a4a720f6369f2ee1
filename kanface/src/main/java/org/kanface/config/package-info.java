/// Run configuration: YAML files, key=value overrides, presets.
@NullMarked
package org.kanface.config;

import org.jspecify.annotations.NullMarked;
