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
  /// Numbers by their names, times and by each other, such as `cm384.power_kw / nvl72.power_kw`: the range of 10,000
  /// draws. Nil for what is no such text.
  public func arithmetic(_ text: String, asOf: CalendarDay?) throws -> SupplyReport.Band? {
    let words = text.split(separator: " ").map(String.init)
    let signs = words.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    guard words.count > 2, words.count % 2 == 1, signs.allSatisfy({ $0 == "*" || $0 == "/" }) else { return nil }
    var (product, by): ([String], [String]) = ([words[0]], [])
    for (index, sign) in signs.enumerated() {
      let name = words[2 * index + 2]
      if sign == "*" { product.append(name) } else { by.append(name) }
    }
    let known = parameters.map(\.name)
    for name in product + by where !known.contains(name) {
      throw Problem(
        "--why", "there is no number '\(name)'", wayOut: alternatives(to: name, among: known, listedBy: "list"))
    }
    let values = try draws(
      of: .init(product: product, by: by, scale: nil), asOf: asOf ?? knownTo ?? horizon.start, count: 10_000, seed: 1)
    return SupplyReport.Band(of: values)
  }

  /// Adds a claim in one line: `units.Huawei@2026 >= 800000`, `domestic.units@2026 / domestic.units@2025 >= 3` or
  /// `first domestic.compute > imports.compute @ 2025-01..2030-12`; `lasting` for the month since which it stays so.
  public mutating func add(claim text: String) throws {
    let claim = try Self.claim(text, horizon)
    claims.insert(claim, at: 0)
    // Several that are asked are numbered from the first on.
    let asked = claims.indices.filter { claims[$0].place.file == claim.place.file && claims[$0].id.hasPrefix("asked") }
    for (number, index) in asked.enumerated() { claims[index].id = number == 0 ? "asked" : "asked-\(number + 1)" }
    texts.append(text)
    inputHash = contentHash(texts.joined(separator: "\n").utf8)
  }

  /// Whether a text is a claim rather than a file's name.
  public static func isClaim(_ text: String) -> Bool {
    text.contains(">") || text.contains("<") || text.contains("@") && !text.hasSuffix(".yaml")
  }

  private static func claim(_ text: String, _ horizon: Horizon) throws -> SupplyClaim {
    func refused(_ fault: String) -> Problem {
      Problem(
        "--claim", "\(fault) in '\(text)'",
        wayOut: "write 'units.Huawei@2026 >= 800000', 'A@2026 / B@2025 >= 3', 'first A > 2 * B' or 'lasting A > B'")
    }
    let signs = [">=", "<=", ">", "<"]
    guard let sign = signs.first(where: text.contains), let range = text.firstRange(of: sign) else {
      throw refused("there is no >= or <=")
    }
    let left = trimmed(text[..<range.lowerBound]), right = trimmed(text[range.upperBound...])
    if let kind = [SupplyMeasure.Aggregate.first, .lasting].first(where: { left.hasPrefix("\($0) ") }) {
      guard sign == ">" else { throw refused("a month is asked for with >, and not with \(sign),") }
      let last = CalendarDay(months: horizon.start.months + Double(horizon.count) - 1)
      let halves = right.split(separator: "@", maxSplits: 1).map(trimmed)
      let over = halves.count == 2 ? halves[1] : "\(horizon.start)..\(last)"
      let fields = ["quantity: \(left.dropFirst("\(kind) ".count))", "over: '\(over)'", "aggregate: \(kind)"]
      guard let limit = limit(halves.first ?? "") else {
        throw refused("'\(halves.first ?? "")' is no number, quantity or number * quantity")
      }
      return try claim(
        yaml: "{id: asked, definition: {\((fields + limit).joined(separator: ", "))}}", titled: trimmed(text))
    }
    guard let bound = number(right) else { throw refused("'\(right)' is not a number") }
    let parts = left.split(separator: "/").map(trimmed)
    guard (1...2).contains(parts.count) else { throw refused("there is more than one quantity by another") }
    var fields: [String] = []
    for (part, names) in zip(parts, [("quantity", "over"), ("by", "byOver")]) {
      let halves = part.split(separator: "@").map(trimmed)
      guard halves.count == 2 else { throw refused("'\(part)' has no period") }
      fields += ["\(names.0): \(halves[0])", "\(names.1): '\(halves[1])'"]
    }
    let asked =
      "{id: asked, definition: {\(fields.joined(separator: ", "))}, \(sign.hasPrefix(">") ? "atLeast" : "atMost"): "
    return try claim(yaml: "\(asked)\(CSVText.number(bound))}", titled: trimmed(left + " \(sign) " + right))
  }

  /// A number, a quantity, or a number times a quantity, as fields of a definition.
  private static func limit(_ text: String) -> [String]? {
    let parts = text.split(separator: "*", omittingEmptySubsequences: false).map { trimmed($0) }
    guard (1...2).contains(parts.count), let last = parts.last, !last.isEmpty else { return nil }
    if parts.count == 1 { return [number(last).map { "exceeds: \(CSVText.number($0))" } ?? "by: \(last)"] }
    guard let times = number(parts[0]), number(last) == nil else { return nil }
    return ["exceeds: \(CSVText.number(times))", "by: \(last)"]
  }

  private static func trimmed(_ part: some StringProtocol) -> String {
    part.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  /// `800000`, `800_000`, `800,000` or `8e5`; a comma stands between thousands alone.
  private static func number(_ text: String) -> Double? {
    let groups = text.split(separator: ",", omittingEmptySubsequences: false)
    let isGrouped = groups.dropFirst().allSatisfy { $0.prefix { $0.isNumber }.count == 3 }
    guard isGrouped, let value = Double(text.filter { $0 != "," && $0 != "_" }), value.isFinite else { return nil }
    return value
  }

  private static func claim(yaml: String, titled title: String) throws -> SupplyClaim {
    var claim: SupplyClaim = try Node.parse(yaml, file: "--claim").decode()
    claim.title = title
    return claim
  }
}
