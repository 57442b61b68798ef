import Formats
import Units

/// What is known of one number: a point, or a distribution over what it may be.
public enum Uncertainty: Hashable, Sendable {
  case point(Double)
  /// `low to high`: 5% and 95%; lognormal where both are positive, normal otherwise.
  case interval(low: Double, high: Double)
  /// 5%, 50% and 95%: two halves of (log)normals that meet at the median.
  case quantiles(low: Double, mid: Double, high: Double)
  case uniform(low: Double, high: Double)
  case triangular(low: Double, mode: Double, high: Double)
  case normal(mean: Double, standardDeviation: Double)
  /// ln X is normal with mean ln(median) and standard deviation sigma.
  case lognormal(median: Double, sigma: Double)
  /// Beta on [low, high] with mean (low + 4 mode + high) / 6.
  case pert(low: Double, mode: Double, high: Double)
  case beta(alpha: Double, beta: Double)
  /// Each value equally likely.
  case empirical([Double])

  public var isPoint: Bool {
    if case .point = self { return true }
    return false
  }
}

extension Uncertainty: Decodable {
  public init(from decoder: any Decoder) throws { try self.init(Node(from: decoder)) }

  /// `3`, `2 to 5`, `{low: 1, mid: 2, high: 4}`, `{triangular: [1, 2, 4]}` …; dates count in months.
  public init(_ node: Node) throws {
    if let text = node.text {
      self = try Self.scalar(text, node)
    } else if node.field("mid") != nil {
      self = try Self.quantiles(node)
    } else if node.fields.count == 1, let (kind, arguments) = node.fields.first {
      self = try Self.named(kind, try arguments.elements.map(Self.number), node)
    } else {
      throw node.problem(
        "is neither a number nor a distribution", wayOut: "write such as 3, 2 to 5 or {triangular: [1, 2, 4]}")
    }
  }

  private static func scalar(_ text: String, _ node: Node) throws -> Self {
    guard let range = text.firstRange(of: " to ") else { return .point(try number(node)) }
    guard let low = value(text[..<range.lowerBound]), let high = value(text[range.upperBound...]) else {
      throw node.problem("'\(text)' is not an interval of two numbers", wayOut: "write such as 2 to 5")
    }
    guard low <= high else {
      throw node.problem(
        "its low \(CSVText.number(low)) is above its high \(CSVText.number(high))",
        wayOut: "write the smaller one first")
    }
    return low == high ? .point(low) : .interval(low: low, high: high)
  }

  private static func quantiles(_ node: Node) throws -> Self {
    let parts = try ["low", "mid", "high"].map { name -> Double in
      guard let part = node.field(name) else {
        throw node.problem("there is no '\(name)' beside 'mid'", wayOut: "give low, mid and high")
      }
      return try number(part)
    }
    guard parts[0] <= parts[1], parts[1] <= parts[2] else {
      let numbers = parts.map(CSVText.number)
      throw node.problem(
        "low \(numbers[0]), mid \(numbers[1]) and high \(numbers[2]) do not rise", wayOut: "write them from low to high"
      )
    }
    return parts[0] == parts[2] ? .point(parts[1]) : .quantiles(low: parts[0], mid: parts[1], high: parts[2])
  }

  /// Distributions that a file names, how many numbers each takes (any where nil), and what they are.
  static let kinds: [(name: String, numbers: Int?, meaning: String)] = [
    ("uniform", 2, "low and high"), ("triangular", 3, "low, mode and high"),
    ("normal", 2, "mean and standard deviation"),
    ("lognormal", 2, "median and the standard deviation of the logarithm"),
    ("pert", 3, "low, mode and high; mean (low + 4 mode + high) / 6"), ("beta", 2, "alpha and beta, on 0 to 1"),
    ("empirical", nil, "values equally likely"),
  ]

  private static func named(_ kind: String, _ x: [Double], _ node: Node) throws -> Self {
    guard let known = kinds.first(where: { $0.name == kind }) else {
      let names = kinds.map(\.name).sorted()
      let near = Problems.nearest(to: kind, among: names).map { "did you mean '\($0)'?" }
      throw node.problem(
        "there is no distribution '\(kind)'", wayOut: near ?? "use one of \(names.joined(separator: ", "))")
    }
    let count = known.numbers ?? max(1, x.count)
    if kind == "empirical", x.isEmpty {
      throw node.problem("empirical has no value", wayOut: "give at least one, such as empirical: [2, 3, 5]")
    }
    guard x.count == count else {
      throw node.problem("\(kind) takes \(count) numbers and has \(x.count)", wayOut: "write \(kind): [ … ]")
    }
    guard !["uniform", "triangular", "pert"].contains(kind) || (x == x.sorted() && x[0] < x[count - 1]) else {
      throw node.problem("the numbers of \(kind) do not rise", wayOut: "write them from low to high")
    }
    switch kind {
    case "uniform": return .uniform(low: x[0], high: x[1])
    case "triangular": return .triangular(low: x[0], mode: x[1], high: x[2])
    case "pert": return .pert(low: x[0], mode: x[1], high: x[2])
    case "empirical": return .empirical(x.sorted())
    case "normal" where x[1] >= 0: return .normal(mean: x[0], standardDeviation: x[1])
    case "lognormal" where x[0] > 0 && x[1] >= 0: return .lognormal(median: x[0], sigma: x[1])
    case "beta" where x[0] > 0 && x[1] > 0: return .beta(alpha: x[0], beta: x[1])
    default: throw node.problem("\(kind) does not take \(x)", wayOut: "give a spread that is not negative")
    }
  }

  private static func number(_ node: Node) throws -> Double {
    guard let text = node.text, let value = value(text) else {
      throw node.problem("\(node.text.map { "'\($0)'" } ?? "this") is not a number", wayOut: "give a number or a date")
    }
    return value
  }

  /// A number or a date in months of year 0.
  static func value(_ text: some StringProtocol) -> Double? {
    let bare = String(text.filter { $0 != "_" && $0 != " " })
    if bare.dropFirst().contains("-"), let date = CalendarDay(bare) { return date.months }
    guard let number = Double(bare), number.isFinite else { return nil }
    return number
  }
}
