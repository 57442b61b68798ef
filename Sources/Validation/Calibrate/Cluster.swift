import Formats
import Hardware
import Serving
import Units

extension BenchmarkResult {
  /// Whether another has the same load and, to the last digit, the same times.
  fileprivate func isTwin(of other: BenchmarkResult) -> Bool {
    var moved = other
    moved.place = place
    return moved == self
  }
}

/// The deployment of a scenario under the loads of measured results.
struct Cluster: Sendable {
  let engine: Engine
  private let scenarios: [Scenario]
  private let catalog: Catalog

  init(_ results: [BenchmarkResult], scenario: Node, catalog: Catalog) throws {
    let loads = Set(
      results.map { "\($0.concurrency ?? 0) \($0.requestRate ?? 0) \($0.inputTokens) \($0.outputTokens)" })
    guard loads.count > 1 else {
      throw Problem(
        "--from", "there is one load alone, which cannot tell what a step costs from what a request costs",
        wayOut: "measure at two concurrencies at least, such as 1, 8 and 64")
    }
    for (index, result) in results.enumerated() {
      guard let twin = results[..<index].first(where: { $0.isTwin(of: result) }) else { continue }
      throw Problem(
        result.place, "is the same result as \(twin.place)", wayOut: "give each once: two of one would count twice")
    }
    let whole = try scenario.decode(Scenario.self)
    if let pool = whole.pools?.first(where: { $0.engine != nil }) {
      throw Problem(
        "pools", "\(pool.engine ?? "") is the engine of one pool alone",
        wayOut: "calibrate one engine at a time, with a scenario whose pools share it")
    }
    engine = try catalog.engine(whole.engine)
    guard engine.execution != nil else {
      throw Problem(
        "engine", "the constants of \(engine.name) are not those of an engine that serves prompts and answers in steps",
        wayOut: "calibrate vLLM, SGLang, TensorRT-LLM, vLLM-Ascend or MindIE")
    }
    self.catalog = catalog
    for result in results { try Self.check(result, whole.model) }
    scenarios = try results.map { try Self.under($0, scenario).decode(Scenario.self) }
    let chips = try scenario.locating { try Deployment(scenarios[0], catalog: catalog) }.decodePool.chips
    for result in results {
      guard let own = result.chips, own != chips else { continue }
      throw Problem(
        result.place, "was measured on \(own) chips, and an instance of the scenario has \(chips)",
        wayOut: "give the scenario the shape of the row (--tensor-parallel-size), or leave the row out")
    }
  }

  private static func check(_ result: BenchmarkResult, _ model: String) throws {
    func short(_ name: String) -> String {
      let parts = name.split(separator: "/").map(String.init).filter { $0 != "config.json" }
      return (parts.last ?? name).lowercased()
    }
    guard let asked = result.model else { return }
    let (one, other) = (short(asked), short(model))
    guard one != other, !one.hasPrefix(other), !other.hasPrefix(one) else { return }
    throw Problem(
      result.place, "was measured with the model '\(asked)', and the scenario serves '\(model)'",
      wayOut: "give the scenario that model; where '\(asked)' is the server's own name for it, correct it in the file")
  }

  /// The scenario with the load of a result.
  private static func under(_ result: BenchmarkResult, _ scenario: Node) throws -> Node {
    var load: [(String, String)] = [("prompts", "\(result.requests)")]
    func lengths(_ name: String, _ lengths: BenchmarkResult.Lengths) {
      load.append(
        (
          name,
          lengths.least == lengths.most
            ? "\(lengths.least)" : "{ minimum: \(lengths.least), maximum: \(lengths.most) }"
        ))
    }
    lengths("inputTokens", result.inputTokens)
    lengths("outputTokens", result.outputTokens)
    if let concurrency = result.concurrency { load.append(("maxConcurrency", "\(concurrency)")) }
    if let rate = result.requestRate { load.append(("requestRate", "\(rate)")) }
    if let burstiness = result.burstiness { load.append(("burstiness", "\(burstiness)")) }
    let text = load.map { "\($0.0): \($0.1)" }.joined(separator: "\n")
    return try scenario.setting("workload", to: Node.parse(text, file: result.place)).setting("load", to: "null")
  }

  /// TPOT and TTFT of one result's load, in seconds, under values of constants.
  func times(_ row: Int, _ constants: [RunConstant], _ values: [Double]) -> [Double?] {
    (try? simulate(row, constants, values)) ?? [nil, nil]
  }

  /// Why a load has no prediction.
  func reason(_ row: Int) throws -> String {
    do {
      _ = try simulate(row, [], [])
      return "no request of this load is served by the scenario"
    } catch { return "cannot be predicted: \(error)" }
  }

  private func simulate(_ row: Int, _ constants: [RunConstant], _ values: [Double]) throws -> [Double?] {
    let deployment = try Deployment(scenarios[row], catalog: catalog) { engine in
      for (constant, value) in zip(constants, values) { constant.set(value, in: &engine) }
    }
    let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
    let statistics = outcome.statistics
    guard statistics.completed > 0 else { return [nil, nil] }
    let each = statistics.timePerOutputToken.mean.value
    return [each > 0 ? each : nil, statistics.timeToFirstToken.mean.value]
  }
}
