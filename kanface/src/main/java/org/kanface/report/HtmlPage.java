package org.kanface.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The frame of a page: head, style, title, links and content. Opens without a network and is
/// well-formed XML.
final class HtmlPage {
  private HtmlPage() {}

  /// @param title plain text
  /// @param links markup beside the title
  /// @param body markup
  static String of(String title, String links, String body) throws IOException {
    String escaped = Markup.escape(title);
    return """
    <!DOCTYPE html>
    <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <title>%s</title>
    <style>
    %s</style>
    </head>
    <body>
    <header><h1>%s</h1><nav>%s</nav></header>
    <main>
    %s</main>
    </body>
    </html>
    """
        .formatted(escaped, style(), escaped, links, body);
  }

  private static String style() throws IOException {
    try (InputStream in = HtmlPage.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IOException("report.css is missing from the program's resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
