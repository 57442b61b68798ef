extension Quantity {
  /// Reads `"392 GB/s"`, `"1.9 us"`, `"8.2 MUSD"`: a number, blanks, a unit of this dimension.
  ///
  /// Throws a `UnitProblem` that names what is wrong; a bare number is refused because its unit is unknown.
  public init(text: some StringProtocol) throws(UnitProblem) {
    let trimmed = Substring(text).drop { $0 == " " }
    let end = trimmed.firstIndex { !"0123456789.+-eE_".contains($0) || $0 == " " } ?? trimmed.endIndex
    var digits = trimmed[..<end]
    // "3 EFLOPS" must not swallow the E of the unit; a trailing exponent letter belongs to the unit.
    while let last = digits.last, last == "e" || last == "E" { digits = digits.dropLast() }
    guard let number = Double(digits.filter { $0 != "_" }), number.isFinite else {
      throw UnitProblem(
        fault: "'\(text)' is not a number with a unit", wayOut: "write a value such as '3 \(D.usualSymbol)'")
    }
    var symbol = trimmed[digits.endIndex...].drop { $0 == " " }
    while symbol.last == " " { symbol = symbol.dropLast() }
    guard !symbol.isEmpty else {
      throw UnitProblem(fault: "'\(text)' has no unit", wayOut: "write its unit, such as '\(text) \(D.usualSymbol)'")
    }
    guard let scale = D.scale(of: symbol) else {
      throw UnitProblem(
        fault: "'\(symbol)' is not a unit of this field", wayOut: "use one that measures \(D.usualSymbol)")
    }
    self.init(number * scale)
  }
}

/// A measurement's text that could not be read.
public struct UnitProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public var fault: String
  public var wayOut: String
  public var description: String { "\(fault); \(wayOut)" }
}

extension Quantity: Codable {
  /// From text with its unit; from a bare number only where `userInfo[.bareQuantities]` says that a result is read.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if decoder.userInfo[.bareQuantities] as? Bool == true {
      self.init(try container.decode(Double.self))
      return
    }
    let text = try container.decode(String.self)
    do { try self.init(text: text) } catch let problem {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: problem.description, underlyingError: problem))
    }
  }
  /// As a bare number of SI units: results state their units in the schema.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension CodingUserInfoKey {
  /// Set to `true` to read a result of the program, whose quantities are numbers of SI units.
  public static let bareQuantities = CodingUserInfoKey(rawValue: "bareQuantities").unsafelyUnwrapped
}

extension Quantity: CustomStringConvertible {
  public var description: String { "\(value) \(D.usualSymbol)" }
}
