import Formats
import Units

/// A quantity over the months, as a file describes it.
///
/// A bare amount is constant; `at` gives amounts at dates with lines between and, after the last, `growth` a year;
/// `total`, `from`, `to` spread an amount evenly; `start`, `ramp`, `full` is a plant. All are multiplied by `times`.
public struct Trajectory: Decodable, Sendable {
  enum Form: Sendable {
    case constant(Amount)
    case knots([(date: CalendarDay, amount: Amount)], growth: Amount?, ceiling: Amount?, isStep: Bool)
    case spread(Amount, from: CalendarDay, to: CalendarDay)
    case plant(start: Amount, ramp: Amount, full: Amount)
  }
  let form: Form
  let factors: [Amount]

  enum PartForm { case amount, amounts, amountsByDate, date, truth }

  /// Fields of a file: `at` with growth or step; or total, from, to; or start, ramp, full.
  static let parts: [(name: String, form: PartForm, meaning: String)] = [
    ("at", .amountsByDate, "amounts at dates that rise, with straight lines between"),
    ("growth", .amount, "factor a year after the last date"),
    ("ceiling", .amount, "what growth levels off at: it falls in a straight line to none there"),
    ("step", .truth, "holds each amount until the next date instead of drawing lines"),
    ("total", .amount, "spread evenly between from and to"), ("from", .date, "where the total begins"),
    ("to", .date, "where it ends"), ("start", .amount, "the date on which a plant starts"),
    ("ramp", .amount, "months from its start to full"), ("full", .amount, "what it then gives"),
    ("times", .amounts, "multiplies all of it"),
  ]

  static let fields = parts.map(\.name)

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
      return .knots(
        knots, growth: try node.field("growth").map(Amount.init), ceiling: try node.field("ceiling").map(Amount.init),
        isStep: isStep)
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
    case knots(offsets: [Double], slots: [Int], growth: Int?, ceiling: Int?, isStep: Bool)
    case spread(Int, from: Double, to: Double)
    case plant(start: Int, ramp: Int, full: Int)
  }
  var form: Form
  var factors: [Int]

  /// Whether it is the same in every month.
  var isConstant: Bool {
    if case .constant = form { return true }
    return false
  }

  /// Every slot it reads.
  var slots: [Int] {
    switch form {
    case .constant(let slot): [slot] + factors
    case .knots(_, let slots, let growth, let ceiling, _): slots + [growth, ceiling].compactMap(\.self) + factors
    case .spread(let slot, _, _): [slot] + factors
    case .plant(let start, let ramp, let full): [start, ramp, full] + factors
    }
  }
}

/// One trajectory of every draw of a block, month after month.
struct PathColumns {
  let trajectory: CompiledTrajectory
  /// Its value at the middle of the month last asked for (totals: the month's part).
  let now: Column
  private let values: Column
  private let factor: Column
  private let first: Column
  private let second: Column
  private let growths: GrowthColumns

  init(_ trajectory: CompiledTrajectory, values: Column, growths: GrowthColumns, store: ColumnStore) {
    self.trajectory = trajectory
    self.growths = growths
    self.values = values
    now = store.take()
    factor = store.take()
    first = store.take()
    second = store.take()
  }

  @inline(__always) private func value(_ slot: Int) -> Column { values + slot * ColumnStore.lanes }

  /// Once for each block, when its draws' numbers are known; `start` is the horizon's in months of the calendar.
  func begin(start: Double) {
    let lanes = 0..<ColumnStore.lanes
    factor.fill(1)
    for slot in trajectory.factors {
      let by = value(slot)
      for lane in lanes { factor[lane] *= by[lane] }
    }
    switch trajectory.form {
    case .constant(let slot):
      let amount = value(slot)
      for lane in lanes { now[lane] = amount[lane] * factor[lane] }
    case .knots(_, _, let growth, let ceiling, _):
      guard let growth else { return }
      first.copy(growths.monthly(growth, value(growth)))
      guard let ceiling else { return }
      let top = value(ceiling)
      for lane in lanes { second[lane] = top[lane] * factor[lane] }
    case .spread: return
    case .plant(let begin, let ramp, let full):
      let (opening, length, height) = (value(begin), value(ramp), value(full))
      for lane in lanes {
        let top = height[lane] * factor[lane]
        first[lane] = top / greatest(length[lane], Lanes(repeating: 0.5))
        second[lane] = top
        // Where it would stand at month 0 of the horizon.
        now[lane] = (0.5 + start) - opening[lane]
        factor[lane] = now[lane]
      }
    }
  }

  /// Months follow each other from zero.
  @inline(__always) func advance(to month: Int) {
    let lanes = 0..<ColumnStore.lanes
    switch trajectory.form {
    case .constant: return
    case .knots(let offsets, let slots, let growth, let ceiling, let isStep):
      advance(to: Double(month) + 0.5, offsets, slots, growth, ceiling, isStep, isFirst: month == 0)
    case .spread(let slot, let from, let to):
      let overlap = max(0, min(Double(month + 1), to) - max(Double(month), from)) / (to - from)
      let total = value(slot)
      for lane in lanes { now[lane] = total[lane] * factor[lane] * overlap }
    case .plant:
      for lane in lanes { now[lane] = least(positive((factor[lane] + Double(month)) * first[lane]), second[lane]) }
    }
  }

  private func advance(
    to time: Double, _ offsets: [Double], _ slots: [Int], _ growth: Int?, _ ceiling: Int?, _ isStep: Bool,
    isFirst: Bool
  ) {
    let lanes = 0..<ColumnStore.lanes
    guard time >= offsets[0] else {
      if isFirst { hold(slots[0]) }
      return
    }
    guard let knot = offsets.lastIndex(where: { $0 <= time }), knot + 1 < slots.count else {
      if isFirst || time - 1 < offsets[offsets.count - 1] {
        hold(slots[slots.count - 1])
      } else if growth != nil, ceiling != nil {
        for lane in lanes {
          now[lane] *= 1 + (first[lane] - 1) * positive(1 - ratio(now[lane], second[lane]))
        }
      } else if growth != nil {
        for lane in lanes { now[lane] *= first[lane] }
      }
      return
    }
    guard !isStep else { return hold(slots[knot]) }
    let (low, high) = (value(slots[knot]), value(slots[knot + 1]))
    let part = (time - offsets[knot]) / (offsets[knot + 1] - offsets[knot])
    for lane in lanes { now[lane] = (low[lane] + (high[lane] - low[lane]) * part) * factor[lane] }
  }

  private func hold(_ slot: Int) {
    let amount = value(slot)
    for lane in 0..<ColumnStore.lanes { now[lane] = amount[lane] * factor[lane] }
  }
}

/// Growth a month of each growth a year, once for all trajectories of a block that have it.
final class GrowthColumns {
  private let store: ColumnStore
  private var columns: [Int: Column] = [:]
  private var known: Set<Int> = []

  init(_ store: ColumnStore) { self.store = store }

  /// Says that the numbers of another block stand in their columns.
  func begin() { known.removeAll(keepingCapacity: true) }

  func monthly(_ slot: Int, _ yearly: Column) -> Column {
    let column = columns[slot] ?? store.take()
    columns[slot] = column
    guard known.insert(slot).inserted else { return column }
    for draw in 0..<ColumnStore.draws { column.draws[draw] = quickPower(yearly.draws[draw], 1.0 / 12) }
    return column
  }
}
