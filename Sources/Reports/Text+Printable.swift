extension Text {
  /// A text that does not steer a terminal: control characters as `\u001b`, line ends and tabs as they are.
  ///
  /// Names, titles and sources come from files that others wrote.
  public static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var plain = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) {
        let digits = String(scalar.value, radix: 16)
        plain += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        plain.unicodeScalars.append(scalar)
      }
    }
    return plain
  }

  /// The same of a text that has colours: only they stay.
  public static func printableWithColours(_ text: String) -> String {
    // Behind an escape that begins a colour: `[`, numbers and `;`, `m`.
    let parts = text.split(separator: "\u{1B}", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      let body = part.drop { $0 == "[" }.drop { $0.isNumber || $0 == ";" }
      let isColour = index > 0 && part.first == "[" && body.first == "m"
      return (index == 0 ? "" : isColour ? "\u{1B}" : "\\u001b") + printable(String(part))
    }.joined()
  }

  /// The C0 and C1 sets, and marks that turn the direction of writing.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
