import Formats
import Units

/// The first line of a CSV trace: what each column has, and by whose convention.
struct ColumnHeader {
  enum Role: Sendable { case arrival, prompt, output, session, elapsed, priority, outcome }

  let format: TraceFormat
  let separator: UInt8
  /// By column; nil for those that are passed over.
  let roles: [Role?]
  let names: [String]
  /// As the format or the column's name has it.
  let clock: ClockUnit?
  var clockBasis: String

  func name(of role: Role) -> String? { roles.firstIndex(of: role).map { names[$0] } }

  /// What a column's name stands for, letters and digits alone.
  private static let known: [(Role, [String])] = [
    (
      .arrival,
      [
        "timestamp", "time", "arrivedat", "arrivaltime", "arrivaltimestamp", "arrival", "arrivals", "starttime", "ts",
        "requesttime", "sentat", "requesttimestamp",
      ]
    ),
    (
      .prompt,
      [
        "contexttokens", "requesttokens", "numprefilltokens", "promptsize", "prompttokens", "inputtokens",
        "inputlength", "promptlen", "promptlength", "inputlen", "isl", "numinputtokens", "prefilltokens",
      ]
    ),
    (
      .output,
      [
        "generatedtokens", "responsetokens", "numdecodetokens", "tokensize", "outputtokens", "outputlength",
        "outputlen", "completiontokens", "osl", "numoutputtokens", "decodetokens", "responselength",
      ]
    ),
    (.session, ["sessionid", "session", "conversationid"]),
    (.elapsed, ["elapsedtime"]),
    (.priority, ["priority"]),
    (.outcome, ["outcome"]),
  ]

  private static let units: [(suffix: String, unit: ClockUnit)] = [
    ("ms", .milliseconds), ("milliseconds", .milliseconds), ("us", .microseconds), ("ns", .nanoseconds),
    ("seconds", .seconds), ("sec", .seconds), ("s", .seconds),
  ]

  /// Nil if `line` names no column that is known or asked for.
  init?(_ line: String, _ wanted: TraceColumns) {
    let separators: [Character] = [",", ";", "\t"]
    let separator = separators.max { left, right in
      line.filter { $0 == left }.count < line.filter { $0 == right }.count
    }
    self.separator = separator?.asciiValue ?? UInt8(ascii: ",")
    let names = line.split(separator: separator ?? ",", omittingEmptySubsequences: false).map { cell in
      String(cell.drop { $0 == " " || $0 == "\"" }.reversed().drop { " \"\r".contains($0) }.reversed())
    }
    var roles = [Role?](repeating: nil, count: names.count)
    var unit: ClockUnit?
    let asked: [(Role, String?)] = [
      (.arrival, wanted.arrival), (.prompt, wanted.prompt), (.output, wanted.output), (.session, wanted.session),
    ]
    for (role, name) in asked {
      if let name, let index = names.firstIndex(of: name) { roles[index] = role }
    }
    for (index, name) in names.enumerated() {
      let (word, suffix) = Self.word(name)
      guard let role = roles[index] ?? Self.role(of: word) else { continue }
      if role == .arrival, roles[index] != nil || !roles.contains(.arrival) { unit = suffix }
      if roles[index] == nil, !roles.contains(role) { roles[index] = role }
    }
    guard roles.contains(.prompt) || roles.contains(.output) || roles.contains(.arrival) else { return nil }
    self.names = names
    self.roles = roles
    let plain = wanted.all.isEmpty ? Self.convention(names) : nil
    format = plain?.format ?? .csv
    clock = plain?.clock ?? unit
    clockBasis =
      plain != nil ? "as \(format.title) has it" : "as the column's name says"
  }

  /// A name without its unit, letters and digits alone, and the unit.
  private static func word(_ name: String) -> (String, ClockUnit?) {
    let parts = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    if parts.count > 1, let last = parts.last, let unit = units.first(where: { $0.suffix == last })?.unit {
      return (parts.dropLast().joined(), unit)
    }
    return (parts.joined(), nil)
  }

  private static func role(of word: String) -> Role? { known.first { $0.1.contains(word) }?.0 }

  /// Whose columns they are, and what their clock counts; an absent clock is told by the values.
  private static func convention(_ names: [String]) -> (format: TraceFormat, clock: ClockUnit)? {
    func has(_ wanted: String...) -> Bool { wanted.allSatisfy(names.contains) }
    if has("TIMESTAMP", "ContextTokens", "GeneratedTokens") { return (.azure, .date) }
    if has("Timestamp", "Request tokens", "Response tokens") { return (.burstgpt, .seconds) }
    if has("num_prefill_tokens", "num_decode_tokens") { return (.vidur, .seconds) }
    if has("arrival_timestamp", "prompt_size", "token_size") { return (.splitwise, .seconds) }
    if has("outcome", "prompt_tokens", "output_tokens", "arrival_s") { return (.supernode, .seconds) }
    return nil
  }
}
