package org.kanface.train;

import java.util.regex.Pattern;

/// The two naming schemes of EdgeFace's tensors: timm's, which its authors publish, and KANFace's.
final class EdgeKeys {
  private static final Pattern STEM = Pattern.compile("^model\\.stem\\.([01])\\.");
  private static final Pattern DOWN = Pattern.compile("^model\\.stages\\.(\\d+)\\.downsample\\.");
  private static final Pattern BLOCK =
      Pattern.compile("^model\\.stages\\.(\\d+)\\.blocks\\.(\\d+)\\.");
  private static final Pattern IN_BLOCK =
      Pattern.compile("^(stages\\.\\d+\\.\\d+\\.)(conv_dw|mlp\\.fc1|mlp\\.fc2)\\.");

  private EdgeKeys() {}

  /// KANFace's name for a tensor; any name that is not timm's stays as it is.
  static String plain(String key) {
    String k = STEM.matcher(key).replaceFirst("downsample_layers.0.$1.");
    k = DOWN.matcher(k).replaceFirst("downsample_layers.$1.");
    k = BLOCK.matcher(k).replaceFirst("stages.$1.$2.");
    var inBlock = IN_BLOCK.matcher(k);
    if (inBlock.find()) {
      String name =
          switch (inBlock.group(2)) {
            case "conv_dw" -> "dwconv";
            case "mlp.fc1" -> "pwconv1";
            default -> "pwconv2";
          };
      k = inBlock.replaceFirst("$1" + name + ".");
    }
    if (k.startsWith("model.head.norm.")) {
      return k.substring("model.head.".length());
    }
    return k.startsWith("model.head.fc.") ? "head." + k.substring("model.head.fc.".length()) : k;
  }
}
