/// ONNX files: networks written by tracing their ops, and read back through ONNX Runtime.
@NullMarked
package org.kanface.onnx;

import org.jspecify.annotations.NullMarked;
