import Formats
import Units

/// The keys, clocks and hashes of the first lines of a trace of JSON lines.
struct JSONSurvey {
  private var keys: Set<String> = []
  /// Whether any arrival time has a fraction, and the first one.
  private var hasFraction = false
  private var firstTime: Double?
  private var hasDate = false
  /// Prompt's tokens and number of hashes of lines that have both.
  private var blocks: [(tokens: Int, hashes: Int)] = []

  private let arrivalKey: String
  private let promptKey: String
  private let hashKey: String

  init(_ sample: [[UInt8]], _ reading: TraceReading) {
    arrivalKey = reading.columns.arrival ?? "timestamp"
    promptKey = reading.columns.prompt ?? "input_length"
    hashKey = reading.columns.hashes ?? "hash_ids"
    for line in sample { line.withUnsafeBytes { add($0) } }
  }

  /// With the keys that stand for an arrival, a prompt or an answer by another name than Mooncake's, and the unit in
  /// the name; nil where there are none, or where the lines are of another known format.
  func naming(_ reading: TraceReading) -> TraceReading? {
    let others: Set = [
      "data", "input_lens", "request_throughput", "metadata", "chat_id", "hash_ids", "prompt", "text", "text_input",
    ]
    guard reading.columns.all.isEmpty, reading.format == nil, keys.isDisjoint(with: others) else { return nil }
    var named = reading
    func has(_ usual: String...) -> Bool { !keys.isDisjoint(with: usual) }
    for key in keys.sorted() {
      let (role, unit) = ColumnHeader.meaning(of: key)
      switch role {
      case .arrival where !has("timestamp") && named.columns.arrival == nil:
        named.columns.arrival = key
        named.clock = reading.clock ?? unit
      case .prompt where !has("input_length") && named.columns.prompt == nil: named.columns.prompt = key
      case .output where !has("output_length", "output_tokens") && named.columns.output == nil:
        named.columns.output = key
      default: break
      }
    }
    guard !named.columns.all.isEmpty else { return nil }
    if named.columns.output == nil, keys.contains("output_tokens") { named.columns.output = "output_tokens" }
    return named
  }

  /// Whatever can be read of a line; its faults are told when it is read.
  private mutating func add(_ line: UnsafeRawBufferPointer) {
    var scanner = ByteScanner(line)
    guard scanner.take(UInt8(ascii: "{")) else { return }
    var found: [String] = []
    var tokens: Int?
    var hashes = 0
    var time: (value: Double, hasFraction: Bool)?
    repeat {
      guard let key = scanner.key() else { return }
      let name = String(decoding: key, as: UTF8.self)
      found.append(name)
      let start = scanner.position
      if name == hashKey { hashes = Self.length(scanner) }
      if name == promptKey { tokens = scanner.integer() }
      if name == arrivalKey, let value = scanner.double() { time = (value, value != value.rounded()) }
      if name == arrivalKey, let text = scanner.string() {
        var inner = ByteScanner(text)
        hasDate = inner.date() != nil
      }
      scanner.position = start
      guard scanner.skipValue() else { return }
    } while scanner.take(UInt8(ascii: ","))
    guard scanner.take(UInt8(ascii: "}")) else { return }
    keys.formUnion(found)
    if let tokens, tokens > 0, tokens <= Int32.max, hashes > 0 { blocks.append((tokens, hashes)) }
    if let time {
      firstTime = firstTime ?? time.value
      hasFraction = hasFraction || time.hasFraction
    }
  }

  /// Elements of the list that comes next.
  private static func length(_ scanner: ByteScanner) -> Int {
    var scanner = scanner
    guard scanner.take(UInt8(ascii: "[")), !scanner.take(UInt8(ascii: "]")) else { return 0 }
    var count = 0
    repeat {
      guard scanner.hash() != nil else { return 0 }
      count += 1
    } while scanner.take(UInt8(ascii: ","))
    return count
  }

  func format(_ name: String, _ reading: TraceReading) throws -> TraceFormat {
    let hasLengths = keys.contains(promptKey)
    if let format = reading.format { return hasLengths || format != .text ? format : .text }
    if keys == ["data"] { return .inputs }
    if keys.contains("input_lens") || keys.contains("request_throughput") { return .vllm }
    if keys.contains("metadata"), keys.contains("metrics") || keys.contains("error") { return .aiperf }
    if keys.contains("chat_id"), keys.contains("parent_chat_id") { return .bailian }
    if hasLengths || keys.isEmpty { return .mooncake }
    if !keys.isDisjoint(with: ["prompt", "text", "text_input"]) { return .text }
    if keys.contains("timestamp") || keys.contains("output_length") { return .mooncake }
    throw Problem(
      name, "its JSON lines have no input_length (there are \(keys.sorted().prefix(12).joined(separator: ", ")))",
      wayOut: "name the keys with --columns prompt=…,output=…,arrival=…, see Documentation/Guides/Workloads.md")
  }

  /// Tokens in a block, and what told it.
  func block(
    _ format: TraceFormat, _ name: String, _ reading: TraceReading
  ) throws -> (tokens: Int, basis: String) {
    if let asked = reading.blockTokens { return (asked, "as asked for") }
    let usual = format == .bailian ? 16 : 512
    if blocks.isEmpty { return (usual, "as \(format.title) have it; no hashes in the first lines") }
    func fitting(_ size: Int) -> Int {
      blocks.filter { $0.hashes <= ($0.tokens + size - 1) / size && $0.hashes >= $0.tokens / size }.count
    }
    let sizes = [usual, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8, 4, 1]
    var best = (size: usual, count: 0)
    for size in sizes where fitting(size) > best.count { best = (size, fitting(size)) }
    guard best.count * 2 > blocks.count else {
      throw Problem(
        name, "lengths and numbers of hash_ids fit no one size of block",
        wayOut: "say it with --block-tokens 16 (blockTokens: in a workload)")
    }
    return (best.size, "as lengths and numbers of hashes in the first lines say")
  }

  /// What arrival times count, and what told it.
  func clock(
    _ format: TraceFormat, block: Int, _ name: String, _ reading: TraceReading
  ) throws -> (unit: ClockUnit?, basis: String) {
    guard reading.needsClock else { return (nil, "not read: a request rate sets the arrivals") }
    if let asked = reading.clock { return (asked, "as asked for") }
    if hasDate { return (.date, "as it is written") }
    if format == .bailian { return (.seconds, "as \(format.title) have it") }
    if format == .text, !keys.contains(arrivalKey) {
      throw Problem(name, "its requests have no arrival times", wayOut: "give a request rate, or inf")
    }
    if let firstTime, let unit = ClockUnit.sinceEpoch(firstTime) { return (unit, "as its numbers count from 1970") }
    func ask(_ why: String) -> Problem {
      Problem(name, why, wayOut: "say what it counts with --clock s or --clock ms (clock: in a workload)")
    }
    if reading.columns.arrival != nil { throw ask("what '\(arrivalKey)' counts is not said") }
    if hasFraction {
      throw ask("'timestamp' has fractions, as seconds have, but Mooncake's traces count whole milliseconds")
    }
    if !blocks.isEmpty, block != 512 {
      throw ask("blocks have \(block) tokens, unlike Mooncake's 512, so that its milliseconds are not certain either")
    }
    return (.milliseconds, "as \(format.title) have it")
  }
}
