extension Node {
  /// JSON on one line with fields sorted by name: equal values give equal text, whatever their order or notation.
  public var canonicalText: String { jsonText(sorted: true) }

  /// JSON on one line; unquoted numbers, truth values and null stay such, all else is text.
  public func jsonText(sorted: Bool = true) -> String {
    var text = ""
    write(to: &text, sorted: sorted)
    return text
  }

  /// SHA-256 of the canonical text, in hexadecimal.
  public var contentHash: String { Formats.contentHash(canonicalText.utf8) }

  private func write(to text: inout String, sorted: Bool) {
    switch content {
    case .scalar(let value, let quoted):
      if isNull {
        text += "null"
      } else if quoted {
        text += jsonQuoted(value)
      } else if let number = Int(value) {
        text += String(number)
      } else if let number = number, number.isFinite {
        text += jsonNumber(number)
      } else if let truth = truth {
        text += truth ? "true" : "false"
      } else {
        text += jsonQuoted(value)
      }
    case .sequence(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text, sorted: sorted)
      }
      text += "]"
    case .mapping(var fields):
      if sorted { fields.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
      text += "{"
      for (index, field) in fields.enumerated() {
        if index > 0 { text += "," }
        text += jsonQuoted(field.key) + ":"
        field.value.write(to: &text, sorted: sorted)
      }
      text += "}"
    }
  }

  /// An unquoted scalar as a number: digits with an optional sign, point, exponent and `_` between digits.
  var number: Double? {
    guard case .scalar(let text, quoted: false) = content, let first = text.utf8.first else { return nil }
    guard first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".") || (48...57) ~= first,
      !text.contains("x"), !text.contains("X"), !text.contains("n"), !text.contains("N")
    else { return nil }
    return Double(text.contains("_") ? String(text.filter { $0 != "_" }) : text)
  }

  /// An unquoted `true` or `false`.
  var truth: Bool? {
    guard case .scalar(let text, quoted: false) = content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }
}

/// A finite number as JSON: whole ones without a point, others with the fewest digits that read back the same.
func jsonNumber(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
  return "\(number)"
}

func jsonQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case let control where control.value < 0x20:
      let digits = String(control.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
