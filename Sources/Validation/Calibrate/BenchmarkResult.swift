import Formats
import Units

/// One load of a benchmark's client against a running engine, as its file tells it: means over all requests.
public struct BenchmarkResult: Codable, Sendable, Hashable {
  /// The file, with its line where it has several results.
  public var place: String
  public var format: Format
  /// As the server was asked for it; nil where the file does not say.
  public var model: String?
  /// Requests in flight; nil where only a rate bounds them.
  public var concurrency: Int?
  /// Requests per second; nil where all are sent as soon as there is a place.
  public var requestRate: Double?
  public var burstiness: Double?
  /// Requests that were answered.
  public var requests: Int
  public var inputTokens: Lengths
  public var outputTokens: Lengths
  /// Seconds; nil where it was not measured.
  public var timeToFirstToken: Double?
  /// Seconds; nil where it was not measured.
  public var timePerOutputToken: Double?
  /// Chips of the instance, where the file says it (rows of runs).
  public var chips: Int?

  /// Whose file it is.
  public enum Format: String, Codable, Sendable, CaseIterable {
    case vllm = "vllm bench serve"
    case sglang = "SGLang bench_serving"
    case aiperf = "AIPerf"
    case rows = "rows of runs"

    /// The engine whose own client writes such files; it can measure others.
    public var engine: String? {
      switch self {
      case .vllm: "vLLM"
      case .sglang: "SGLang"
      case .aiperf, .rows: nil
      }
    }
  }

  /// Tokens of a request: all alike, or evenly between two.
  public struct Lengths: Codable, Sendable, Hashable {
    public var least: Int
    public var most: Int
  }
}

extension BenchmarkResult.Lengths {
  init(_ mean: Double) { self.init(least: max(1, Int(mean.rounded())), most: max(1, Int(mean.rounded()))) }

  public var mean: Double { Double(least + most) / 2 }
}

extension BenchmarkResult {
  /// All results of a file: one JSON object, one a line, a list of them, or rows with the columns of runs.
  public static func read(path: String) throws -> [BenchmarkResult] {
    if path.hasSuffix(".csv") { return try rows(path) }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let text = String(decoding: try readBytes(of: path), as: UTF8.self)
    let lines = text.split(separator: "\n").filter { $0.contains { !$0.isWhitespace } }
    let isLines =
      lines.count > 1
      && lines.allSatisfy { line in
        line.drop { $0.isWhitespace }.first == "{" && line.last { !$0.isWhitespace } == "}"
      }
    let parts = isLines ? lines.map(String.init) : [text]
    let results = try parts.enumerated().flatMap { index, part -> [BenchmarkResult] in
      let place = isLines ? "\(file):\(index + 1)" : file
      let node: Node
      do { node = try Node.parse(part, file: file) } catch {
        throw Problem(
          place, "is not JSON that can be read",
          wayOut: "give the file of vllm bench serve --save-result (without --save-detailed), of SGLang's "
            + "--output-file or AIPerf's profile_export_aiperf.json")
      }
      let nodes = node.elements.isEmpty ? [node] : node.elements
      return try nodes.enumerated().map { number, node in
        try BenchmarkResult(node, at: nodes.count > 1 ? "\(place), result \(number + 1)" : place)
      }
    }
    guard !results.isEmpty else { throw Problem(file, "has no result", wayOut: "give a benchmark's result file") }
    return results
  }

  init(_ node: Node, at place: String) throws {
    if node["time_to_first_token.avg"] != nil || node["request_latency.avg"] != nil {
      try self.init(aiperf: ResultFields(node: node, place: place))
    } else if node.field("mean_ttft_ms") != nil || node.field("mean_tpot_ms") != nil {
      try self.init(client: ResultFields(node: node, place: place))
    } else {
      throw Problem(
        place, "is no result of a benchmark that is known",
        wayOut: "give a result of vllm bench serve --save-result, of SGLang's bench_serving, AIPerf's "
          + "profile_export_aiperf.json, or rows with the columns of Documentation/Guides/OwnRows.md")
    }
  }

  /// Rows of runs, of one engine with both phases.
  private static func rows(_ path: String) throws -> [BenchmarkResult] {
    let table = try CSVTable.read(path: path)
    guard ServingRun.isHeader(table.header) else {
      throw Problem(
        path, "its columns are not those of runs",
        wayOut: "a run needs \(ServingRun.signature.joined(separator: ", ")) and ttft_ms or tpot_ms")
    }
    return try ServingRun.read(path: path).map { run in
      guard run.mode == .aggregated else {
        throw Problem(run.place, "prefill and decode are apart", wayOut: "give runs of one engine with both phases")
      }
      func lengths(_ most: Int) -> Lengths {
        Lengths(least: max(1, Int(Double(most) * min(1, run.flags.shortestShare))), most: most)
      }
      return BenchmarkResult(
        place: run.place, format: .rows, model: run.model, concurrency: run.concurrency, requestRate: nil,
        burstiness: nil, requests: run.concurrency * run.flags.promptsPerConcurrency,
        inputTokens: lengths(run.inputTokens), outputTokens: lengths(run.outputTokens),
        timeToFirstToken: run.timeToFirstToken?.value.value, timePerOutputToken: run.timePerOutputToken?.value.value,
        chips: run.engineShape?.chips)
    }
  }
}
