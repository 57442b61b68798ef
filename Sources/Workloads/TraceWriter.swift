import Formats
import Simulation
import Units

/// Requests as lines of a format.
public struct TraceWriter {
  /// The formats that are written.
  public static let formats: [TraceFormat] = [.mooncake, .bailian, .azure, .burstgpt, .vidur, .splitwise, .csv]

  private let format: TraceFormat
  private let hasSessions: Bool
  private var number = 0
  private var text = ""
  /// The last chat of each conversation, and how many turns it had.
  private var chats = RecentTable()
  private var turns = RecentTable()

  /// - Parameter hasSessions: whether conversations are written, where the format has them.
  public init(_ format: TraceFormat, hasSessions: Bool = true) throws {
    guard Self.formats.contains(format) else {
      throw Problem(
        "--to", "\(format.rawValue) is not written",
        wayOut: "give one of \(Self.formats.map(\.rawValue).joined(separator: ", "))")
    }
    self.format = format
    self.hasSessions = hasSessions
  }

  /// The first line; nil where there is none.
  public var header: String? {
    switch format {
    case .azure: "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    case .burstgpt:
      "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
    case .vidur: "arrived_at,num_prefill_tokens,num_decode_tokens\n"
    case .splitwise: "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size\n"
    case .csv: "arrival_s,prompt_tokens,output_tokens,session,priority\n"
    default: nil
    }
  }

  /// The lines of a batch; valid until the next.
  public mutating func lines(of batch: RequestBatch) -> String {
    text.removeAll(keepingCapacity: true)
    for index in 0..<batch.count {
      append(batch, index)
      number += 1
    }
    return text
  }

  private mutating func append(_ batch: RequestBatch, _ index: Int) {
    let time = batch.arrivals[index].picoseconds
    let (prompt, output) = (batch.promptTokens[index], batch.outputTokens[index])
    let session = hasSessions && !batch.sessions.isEmpty ? batch.sessions[index] : 0
    switch format {
    case .mooncake: appendMooncake(batch, index, session)
    case .bailian: appendBailian(batch, index, session)
    case .azure: text += "\(Self.date(time)),\(prompt),\(output)\n"
    case .burstgpt:
      let name = session == 0 ? "" : "\(session)"
      let kind = session == 0 ? "API log" : "Conversation log"
      text += "\(Self.decimal(time)),\(name),,,\(prompt),\(output),\(Int(prompt) + Int(output)),\(kind)\n"
    case .vidur: text += "\(Self.decimal(time)),\(prompt),\(output)\n"
    case .splitwise: text += "\(number),0,0,\(Self.decimal(time)),1,\(prompt),\(output)\n"
    default:
      let priority = batch.priorities.isEmpty ? 0 : batch.priorities[index]
      text += "\(Self.decimal(time)),\(prompt),\(output),\(session == 0 ? "" : "\(session)"),\(priority)\n"
    }
  }

  /// Whole milliseconds, as its readers take them.
  private mutating func appendMooncake(_ batch: RequestBatch, _ index: Int, _ session: UInt64) {
    let milliseconds = (batch.arrivals[index].picoseconds + 500_000_000) / 1_000_000_000
    text += "{\"timestamp\": \(milliseconds), \"input_length\": \(batch.promptTokens[index]), "
    text += "\"output_length\": \(batch.outputTokens[index])"
    if !batch.priorities.isEmpty { text += ", \"priority\": \(batch.priorities[index])" }
    if session != 0 {
      text += ", \"session_id\": \"\(session)\""
      if batch.delays[index] >= 0 { text += ", \"delay\": \((batch.delays[index] + 500_000_000) / 1_000_000_000)" }
    }
    appendHashes(batch, index)
    text += "}\n"
  }

  private mutating func appendBailian(_ batch: RequestBatch, _ index: Int, _ session: UInt64) {
    let parent = session == 0 ? nil : chats[session]
    let turn = (session == 0 ? 0 : turns[session] ?? 0) + 1
    if session != 0 {
      chats[session] = Int64(number)
      turns[session] = turn
    }
    text += "{\"chat_id\": \(number), \"parent_chat_id\": \(parent ?? -1), "
    text += "\"timestamp\": \(Self.decimal(batch.arrivals[index].picoseconds)), "
    text += "\"input_length\": \(batch.promptTokens[index]), \"output_length\": \(batch.outputTokens[index]), "
    text += "\"type\": \"text\", \"turn\": \(turn)"
    appendHashes(batch, index)
    text += "}\n"
  }

  private mutating func appendHashes(_ batch: RequestBatch, _ index: Int) {
    let range = batch.blocks(of: index)
    guard !batch.blockHashes.isEmpty else { return }
    text += ", \"hash_ids\": ["
    for (place, hash) in batch.blockHashes[range].enumerated() {
      if place > 0 { text += ", " }
      text += "\(hash)"
    }
    text += "]"
  }

  /// Seconds with up to twelve decimals, none that are zero at the end.
  static func decimal(_ picoseconds: Int64) -> String {
    let (whole, part) = picoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000)
    guard part > 0 else { return "\(whole).0" }
    var digits = String(part)
    digits = String(repeating: "0", count: 12 - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  /// A time of day of 2000-01-01 and the days after it, since a trace's own date is not kept.
  static func date(_ picoseconds: Int64) -> String {
    let (seconds, part) = picoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    var day = seconds / 86_400
    var month = 0
    // 2000 is a leap year, and no trace is longer than 106 days.
    for length in [31, 29, 31, 30] as [Int64] where day >= length {
      day -= length
      month += 1
    }
    let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    let digits = String(part / 100_000)
    return "2000-\(two(Int64(month) + 1))-\(two(day + 1)) \(clock)."
      + String(repeating: "0", count: 7 - digits.count) + digits
  }
}
