import Formats
import Units

/// A quantity over the months, as a file describes it.
///
/// A bare amount is constant; `at` gives amounts at dates with lines between and, after the last, `growth` a year;
/// `total`, `from`, `to` spread an amount evenly; `start`, `ramp`, `full` is a plant. All are multiplied by `times`.
public struct Trajectory: Decodable, Sendable {
  enum Form: Sendable {
    case constant(Amount)
    case knots([(date: CalendarDay, amount: Amount)], growth: Amount?, isStep: Bool)
    case spread(Amount, from: CalendarDay, to: CalendarDay)
    case plant(start: Amount, ramp: Amount, full: Amount)
  }
  let form: Form
  let factors: [Amount]

  private static let fields = ["at", "growth", "step", "total", "from", "to", "start", "ramp", "full", "times"]

  init(_ value: Double) {
    form = .constant(Amount(value))
    factors = []
  }

  public init(from decoder: any Decoder) throws {
    let node = try Node(from: decoder)
    guard !node.fields.isEmpty, node.field("mid") == nil, let first = node.fields.first,
      Self.fields.contains(first.key)
    else {
      form = .constant(try Amount(node))
      factors = []
      return
    }
    if let odd = node.fields.first(where: { !Self.fields.contains($0.key) }) {
      let near = Problems.nearest(to: odd.key, among: Self.fields).map { "did you mean '\($0)'?" }
      throw odd.value.problem(
        "a trajectory has no field '\(odd.key)'", wayOut: near ?? "use \(Self.fields.joined(separator: ", "))")
    }
    let times = node.field("times")
    factors = try times.map { $0.elements.isEmpty ? [try Amount($0)] : try $0.elements.map(Amount.init) } ?? []
    form = try Self.form(node)
  }

  private static func form(_ node: Node) throws -> Form {
    func need(_ name: String) throws -> Node {
      guard let field = node.field(name) else {
        throw node.problem("'\(name)' is missing", wayOut: "write at: {…}, or total, from, to, or start, ramp, full")
      }
      return field
    }
    func date(_ node: Node) throws -> CalendarDay { try node.decode() }
    if let at = node.field("at") {
      let knots = try at.fields.map { key, value -> (date: CalendarDay, amount: Amount) in
        guard let date = CalendarDay(key) else {
          throw value.problem("'\(key)' is not a date", wayOut: "write such as 2025-04")
        }
        return (date, try Amount(value))
      }
      guard !knots.isEmpty, knots.map(\.date) == knots.map(\.date).sorted() else {
        throw at.problem("its dates do not rise", wayOut: "write at least one, from the earliest on")
      }
      let isStep = node.field("step")?.text == "true"
      return .knots(knots, growth: try node.field("growth").map(Amount.init), isStep: isStep)
    }
    if node.field("total") != nil {
      let from = try date(need("from")), to = try date(need("to"))
      guard from < to else { throw node.problem("'from' is not before 'to'", wayOut: "exchange them") }
      return .spread(try Amount(need("total")), from: from, to: to)
    }
    return .plant(start: try Amount(need("start")), ramp: try Amount(need("ramp")), full: try Amount(need("full")))
  }
}

/// A trajectory whose amounts are slots of a draw.
struct CompiledTrajectory: Sendable {
  enum Form: Sendable {
    case constant(Int)
    case knots(offsets: [Double], slots: [Int], growth: Int?, isStep: Bool)
    case spread(Int, from: Double, to: Double)
    case plant(start: Int, ramp: Int, full: Int)
  }
  var form: Form
  var factors: [Int]

  /// Every slot it reads.
  var slots: [Int] {
    switch form {
    case .constant(let slot): [slot] + factors
    case .knots(_, let slots, let growth, _): slots + (growth.map { [$0] } ?? []) + factors
    case .spread(let slot, _, _): [slot] + factors
    case .plant(let start, let ramp, let full): [start, ramp, full] + factors
    }
  }

  /// Writes its value at the middle of each month (totals: the month's part).
  func fill(_ path: UnsafeMutablePointer<Double>, months: Int, values: UnsafePointer<Double>, start: Double) {
    var factor = 1.0
    for slot in factors { factor *= values[slot] }
    switch form {
    case .constant(let slot):
      let value = values[slot] * factor
      for month in 0..<months { path[month] = value }
    case .knots(let offsets, let slots, let growth, let isStep):
      fillKnots(path, months, values, factor, offsets, slots, growth, isStep)
    case .spread(let slot, let from, let to):
      let rate = values[slot] * factor / (to - from)
      for month in 0..<months {
        let overlap = min(Double(month + 1), to) - max(Double(month), from)
        path[month] = rate * max(0, overlap)
      }
    case .plant(let begin, let ramp, let full):
      let opening = values[begin] - start, length = max(values[ramp], 0.5), height = values[full] * factor
      let slope = height / length
      for month in 0..<months { path[month] = min(max(0, (Double(month) + 0.5 - opening) * slope), height) }
    }
  }

  private func fillKnots(
    _ path: UnsafeMutablePointer<Double>, _ months: Int, _ values: UnsafePointer<Double>, _ factor: Double,
    _ offsets: [Double], _ slots: [Int], _ growth: Int?, _ isStep: Bool
  ) {
    var month = 0
    let first = values[slots[0]] * factor
    while month < months, Double(month) + 0.5 < offsets[0] {
      path[month] = first
      month += 1
    }
    for knot in 0..<(slots.count - 1) {
      let low = values[slots[knot]] * factor, high = values[slots[knot + 1]] * factor
      let slope = isStep ? 0 : (high - low) / (offsets[knot + 1] - offsets[knot])
      let base = low + slope * (0.5 - offsets[knot])
      while month < months, Double(month) + 0.5 < offsets[knot + 1] {
        path[month] = base + slope * Double(month)
        month += 1
      }
    }
    var last = values[slots[slots.count - 1]] * factor
    let ratio = growth.map { quickPower(values[$0], 1.0 / 12) } ?? 1
    while month < months {
      path[month] = last
      last *= ratio
      month += 1
    }
  }
}
