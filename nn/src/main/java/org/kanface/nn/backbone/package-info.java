/// Face-recognition backbones: EdgeFace, KANFace, iResNet, EfficientFR.
@NullMarked
package org.kanface.nn.backbone;

import org.jspecify.annotations.NullMarked;
