import Formats
import Units

extension SupplyScenario {
  /// Adds the claims of a file: a list, or a mapping with `claims`.
  public mutating func add(claimsOf node: Node) throws {
    let list = node.field("claims") ?? node
    guard !list.elements.isEmpty else {
      throw node.problem("there is no claim in it", wayOut: "write '- {id: …, definition: …, atLeast: …}' lines")
    }
    claims = try Self.merged(list.decode([Placed<SupplyClaim>].self), into: claims, \.id, "claim")
    texts.append(node.canonicalText)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }
}

extension SupplyScenario {
  /// Adds a claim in one line: `units.Huawei@2026 >= 800000`, `domestic.units@2026 / domestic.units@2025 >= 3` or
  /// `first domestic.compute > imports.compute @ 2025..2030`.
  public mutating func add(claim text: String) throws {
    let claim = try Self.claim(text, horizon)
    claims.insert(claim, at: 0)
    texts.append(text)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  /// Whether a text is a claim rather than a file's name.
  public static func isClaim(_ text: String) -> Bool { text.contains(">") || text.contains("<") }

  private static func claim(_ text: String, _ horizon: Horizon) throws -> SupplyClaim {
    func refused(_ fault: String) -> Problem {
      Problem(
        "--claim", "\(fault) in '\(text)'",
        wayOut: "write 'units.Huawei@2026 >= 800000', 'A@2026 / B@2025 >= 3' or 'first A > 2 * B'")
    }
    let signs = [">=", "<=", ">", "<"]
    guard let sign = signs.first(where: text.contains), let range = text.firstRange(of: sign) else {
      throw refused("there is no >= or <=")
    }
    func trimmed(_ part: some StringProtocol) -> String {
      part.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    let left = trimmed(text[..<range.lowerBound]), right = trimmed(text[range.upperBound...])
    var fields: [String] = []
    if left.hasPrefix("first ") {
      let last = CalendarDay(months: horizon.start.months + Double(horizon.count) - 1)
      let halves = right.split(separator: "@", maxSplits: 1).map(trimmed)
      let over = halves.count == 2 ? halves[1] : "\(horizon.start)..\(last)"
      fields = ["quantity: \(left.dropFirst(6))", "over: '\(over)'", "aggregate: first"]
      let parts = (halves.first ?? "").split(separator: "*").map(trimmed)
      if let times = parts.first.flatMap({ Double($0) }) { fields.append("exceeds: \(CSVText.number(times))") }
      if let other = parts.last, Double(other) == nil { fields.append("by: \(other)") }
    } else {
      guard let bound = Double(right.filter { $0 != "," && $0 != "_" }) else {
        throw refused("'\(right)' is not a number")
      }
      let parts = left.split(separator: "/").map(trimmed)
      for (part, names) in zip(parts, [("quantity", "over"), ("by", "byOver")]) {
        let halves = part.split(separator: "@").map(trimmed)
        guard halves.count == 2 else { throw refused("'\(part)' has no period") }
        fields += ["\(names.0): \(halves[0])", "\(names.1): '\(halves[1])'"]
      }
      let isLower = sign.hasPrefix(">")
      let text = "{id: asked, definition: {\(fields.joined(separator: ", "))}, \(isLower ? "atLeast" : "atMost"): "
      return try claim(yaml: "\(text)\(CSVText.number(bound))}", titled: trimmed(left + " \(sign) " + right))
    }
    return try claim(
      yaml: "{id: asked, definition: {\(fields.joined(separator: ", "))}}", titled: trimmed(text))
  }

  private static func claim(yaml: String, titled title: String) throws -> SupplyClaim {
    var claim: SupplyClaim = try Node.parse(yaml, file: "--claim").decode()
    claim.title = title
    return claim
  }
}
