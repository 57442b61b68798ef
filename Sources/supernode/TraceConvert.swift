import ArgumentParser
import Formats
import Simulation
import Units
import Workloads

/// Where a converted trace goes, and which part of it.
struct TraceOutput: ParsableArguments {
  @Option(name: [.customShort("o"), .long], help: "The file to write, or - for standard output.") var output = "-"
  @Option(help: "Leaves out what arrives before this time, s.") var from: Double?
  @Option(help: "Takes what arrives in so much time, s.") var duration: Double?
  @Option(help: "Takes at most so many requests.") var requests: Int?
  @Flag(inversion: .prefixedNo, help: "Spreads arrivals that share the coarse clock of a log over its interval.")
  var spread: Bool?

  var fields: [(String, String)] {
    var list: [(String, String)] = []
    if let from, from != 0 { list.append(("from", "\(from) s")) }
    if let duration { list.append(("duration", "\(duration) s")) }
    if let requests { list.append(("prompts", "\(requests)")) }
    if let spread { list.append(("spread", "\(spread)")) }
    return list
  }

  /// Writes what `workload` has, and says on standard error how much that was.
  func write(_ workload: WorkloadSpecification, as format: TraceFormat?, _ catalog: Catalog) throws {
    var source = try workload.makeSource(catalog: catalog, seed: Seed(1))
    var writer = try TraceWriter(format ?? Self.written(source.reading?.format), hasSessions: true)
    let file = try OutputFile(path: output)
    if let header = writer.header { try file.append(header) }
    var batch = RequestBatch()
    var count = 0
    while try source.read(into: &batch) {
      try file.append(writer.lines(of: batch))
      count += batch.count
    }
    try file.commit()
    let skipped = source.skipped.count > 0 ? ", \(source.skipped.count) skipped" : ""
    Terminal.writeError("supernode: \(count) requests were written\(skipped)")
  }

  /// A format that is read and not written becomes CSV.
  private static func written(_ format: TraceFormat?) -> TraceFormat {
    format.flatMap { TraceWriter.formats.contains($0) ? $0 : nil } ?? .csv
  }
}

struct TraceConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Writes a trace, or a part of it, in another format.",
    discussion: "Example:  supernode trace convert BurstGPT_1.csv --skip-bad --to mooncake --output burst.jsonl")
  @OptionGroup var input: TraceInput
  @Option(help: "The format to write: mooncake, bailian, azure, burstgpt, vidur, splitwise or csv.") var to: String
  @OptionGroup var output: TraceOutput

  func run() throws {
    guard let format = TraceFormat(rawValue: to), TraceWriter.formats.contains(format) else {
      throw ValidationError(
        "--to \(to): give one of \(TraceWriter.formats.map(\.rawValue).joined(separator: ", "))")
    }
    try OutputPaths.check([output.output], against: [input.trace])
    try output.write(input.workload(output.fields), as: format, input.open())
  }
}

struct TraceScale: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Writes a trace with another rate or other lengths, in its own format.",
    discussion: "Example:  supernode trace scale day.jsonl --rate 2 --output-tokens 1.5 --output two.jsonl")
  @OptionGroup var input: TraceInput
  @Option(help: "Requests come so many times as fast.") var rate: Double?
  @Option(help: "Prompts have so many times the tokens.") var inputTokens: Double?
  @Option(help: "Answers have so many times the tokens.") var outputTokens: Double?
  @OptionGroup var output: TraceOutput

  func validate() throws {
    guard [rate, inputTokens, outputTokens].contains(where: { $0 != nil }) else {
      throw ValidationError("give --rate, --input-tokens or --output-tokens, such as --rate 2")
    }
  }

  func run() throws {
    var fields = output.fields
    if let rate { fields.append(("rateScale", "\(rate)")) }
    if let inputTokens { fields.append(("inputScale", "\(inputTokens)")) }
    if let outputTokens { fields.append(("outputScale", "\(outputTokens)")) }
    try OutputPaths.check([output.output], against: [input.trace])
    try output.write(input.workload(fields), as: nil, input.open())
  }
}
