import Formats
import Units

/// Something that happened, or may, on a date, with what it does to named quantities.
public struct PolicyEvent: Decodable, Sendable, HasPlace {
  public var id: String
  public var date: CalendarDay
  public var title: String
  /// Words short enough to stand at a line in a chart; absent: the first of its id.
  public var label: String?
  /// Who acts.
  public var actor: String
  public var source: String
  public var note: String?
  /// Several events that are left out together.
  public var group: String?
  /// The same in the words of the data that it was taken from.
  public var levers: String?
  /// Kept for the reader: it acts on nothing.
  public var information: Bool?
  public var effects: [Effect]?
  var place = Place.nowhere

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, date, title, label, actor, source, note, group, levers, information, effects
  }

  /// Total processing performance above which no chip may be exported: an effect on every import that exceeds it.
  package static let performance = "control.performance"

  /// What begins on the day of a turn of policy.
  init(of risk: PolicyRisk, on date: CalendarDay) {
    (id, title, self.date) = ("risk-\(risk.name)", risk.title, date)
    (actor, source) = ("policy", "a turn that may come")
    effects = risk.effects
  }

  /// One quantity changed; exactly one of `set`, `multiply` and `pulse`.
  public struct Effect: Decodable, Sendable {
    /// A lever; `*` stands for any one part of its name.
    public var on: String
    /// From then on this value; it overrides whatever earlier events had in store.
    public var set: Amount?
    /// From then on times this.
    public var multiply: Amount?
    /// An amount in that month only.
    public var pulse: Amount?
    /// Months between the event and its effect.
    public var after: Amount?
    public var until: CalendarDay?
  }
}

/// A quantity on which events act, over the months.
struct CompiledLever: Sendable {
  enum Action: Sendable { case set, multiply, pulse }
  struct Change: Sendable {
    var date: Double
    var delay: Int?
    var until: Double?
    var action: Action
    var value: Int
    /// Turns of policy on whose day it ends, and that on whose day it begins.
    var endedBy: [Int] = []
    var begunBy: Int?
  }
  /// Whether a change is without effect in a month, holds throughout, or may differ from draw to draw and month to
  /// month.
  enum Stage { case absent, holds, moves }

  var name: String
  var initial: Double
  /// In the order of the events' dates.
  var changes: [Change] = []

  var slots: [Int] { changes.flatMap { [$0.value] + ($0.delay.map { [$0] } ?? []) } }
}

extension CompiledLever.Change {
  func stage(in month: Int, of months: Int, known: Double) -> CompiledLever.Stage {
    let (opens, closes, start) = (Double(month), Double(month + 1), max(0, date))
    let end = min(until ?? Double(months), Double(months))
    guard start < closes, opens < end || action == .pulse else { return .absent }
    if begunBy != nil, closes <= known { return .absent }
    let mayTurn = closes > known && !endedBy.isEmpty
    guard delay == nil, begunBy == nil, !mayTurn else { return .moves }
    if action == .pulse { return start < opens ? .absent : .moves }
    return start <= opens && closes <= end ? .holds : .moves
  }
}

/// One lever of every draw of a block, month after month.
struct LeverColumns {
  let lever: CompiledLever
  let now: Column
  private let values: Column
  /// By turn of policy: its day, in months from the start; none is before `known`.
  private let turns: [Column]
  private let known: Double
  /// By month: whether it is what it was the month before, in every draw.
  private let isSteady: [Bool]

  init(
    _ lever: CompiledLever, values: Column, turns: [Column], known: Double, months: Int, store: ColumnStore
  ) {
    self.lever = lever
    self.values = values
    self.turns = turns
    self.known = known
    now = store.take()
    now.fill(lever.initial)
    let stages = (0..<months).map { month in lever.changes.map { $0.stage(in: month, of: months, known: known) } }
    isSteady = stages.indices.map { month in
      month > 0 && stages[month] == stages[month - 1] && !stages[month].contains(.moves)
    }
  }

  /// A change within a month counts by the share of the month that it covers.
  func advance(to month: Int, of months: Int) {
    guard !lever.changes.isEmpty, !isSteady[month] else { return }
    now.fill(lever.initial)
    for change in lever.changes { apply(change, month, months) }
  }

  private func apply(_ change: CompiledLever.Change, _ month: Int, _ months: Int) {
    let end = min(change.until ?? Double(months), Double(months))
    let (opens, closes) = (Double(month), Double(month + 1))
    guard max(0, change.date) < closes, opens < end || change.action == .pulse else { return }
    let mayTurn = closes > known && !change.endedBy.isEmpty
    let value = values + change.value * ColumnStore.lanes
    let isWhole =
      change.delay == nil && change.begunBy == nil && !mayTurn && max(0, change.date) <= opens && closes <= end
    if isWhole, change.action == .set { return now.copy(value) }
    for lane in 0..<ColumnStore.lanes {
      var start = Lanes(repeating: change.date)
      if let turn = change.begunBy { start = turns[turn][lane] }
      if let delay = change.delay { start += values[delay * ColumnStore.lanes + lane] }
      var last = Lanes(repeating: min(closes, end))
      if mayTurn { for turn in change.endedBy { last = least(last, turns[turn][lane]) } }
      start = positive(start)
      let amount = value[lane]
      switch change.action {
      case .pulse:
        now[lane] += amount.replacing(with: 0, where: (start .< opens) .| (start .>= closes) .| (start .> last))
      case .set, .multiply:
        let covered = positive(last - greatest(start, Lanes(repeating: opens)))
        let changed = change.action == .set ? amount : now[lane] * amount
        now[lane] += covered * (changed - now[lane])
      }
    }
  }
}
