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

  /// Names that stand for tokens where no better one is there.
  private static let loose: [(Role, [String])] = [
    (.prompt, ["prompt", "input", "inputs", "in", "context"]),
    (.output, ["output", "outputs", "out", "completion", "response", "answer", "generated"]),
    (.arrival, ["t"]),
  ]

  private static let units: [String: ClockUnit] = [
    "s": .seconds, "sec": .seconds, "secs": .seconds, "second": .seconds, "seconds": .seconds, "ms": .milliseconds,
    "msec": .milliseconds, "millis": .milliseconds, "milliseconds": .milliseconds, "us": .microseconds,
    "usec": .microseconds, "micros": .microseconds, "microseconds": .microseconds, "ns": .nanoseconds,
    "nanos": .nanoseconds, "nanoseconds": .nanoseconds,
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
    for (index, name) in names.enumerated() where roles[index] == nil {
      let (word, suffix) = Self.word(name)
      guard let role = Self.loose.first(where: { $0.1.contains(word) })?.0, !roles.contains(role) else { continue }
      if role == .arrival { unit = suffix }
      roles[index] = role
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
    let parts = words(name)
    if parts.count > 1, let last = parts.last, let unit = units[last] { return (parts.dropLast().joined(), unit) }
    return (parts.joined(), nil)
  }

  /// `arrival_ms`, `arrival (ms)` and `arrivalMs` alike, in small letters.
  private static func words(_ name: String) -> [String] {
    var words: [String] = []
    var isOpen = false
    var wasSmall = false
    for letter in name {
      guard letter.isLetter || letter.isNumber else {
        isOpen = false
        continue
      }
      if !isOpen || wasSmall && letter.isUppercase { words.append("") }
      words[words.count - 1] += letter.lowercased()
      (isOpen, wasSmall) = (true, letter.isLowercase)
    }
    return words
  }

  /// What a key of a JSON line has by its name, and the unit in it.
  static func meaning(of key: String) -> (role: Role?, unit: ClockUnit?) {
    let (word, unit) = word(key)
    return (role(of: word), unit)
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
