import ArgumentParser
import Costs
import Formats
import Planning
import Serving
import Simulation
import Units
import Workloads

/// What the options of `plan` ask for.
extension PlanCommand {
  func request(_ catalog: Catalog) throws -> PlanRequest {
    var options = try ScenarioOptions.parse([])
    options.kvCacheDtype = kvCacheDtype
    let name = options.modelName(model, in: catalog) { if !quiet { Terminal.writeError("supernode: \($0)") } }
    options.model = name
    options.system = system[0]
    let wanted = quantization.isEmpty ? ["auto"] : quantization
    let formats = try wanted.map { word -> PlanRequest.FormatChoice in
      guard word != "auto" || kvCacheDtype != nil else { return .ofFiles }
      options.quantization = word == "auto" ? nil : word
      let node = try options.read(in: catalog)
      return PlanRequest.FormatChoice(
        name: word == "auto" ? PlanRequest.FormatChoice.ofFiles.name : word,
        precision: try node.field("precision").map { try $0.decode(Precision.self) })
    }
    var request = PlanRequest(
      model: name,
      fleets: try fleets(catalog), formats: formats,
      lengths: .init(
        prompt: Double(inputLen ?? 1024), output: Double(outputLen ?? 128), sharedPrefix: prefixLen.map(Double.init)),
      objectives: try objectives())
    if let trace { try take(trace, into: &request, catalog) }
    request.powerBudget = try powerBudget.map { try Self.amount($0, "--power-budget", "'500 kW'") }
    request.budget = try budget.map { try Self.amount($0, "--budget", "'4e6 USD'") }
    request.engines = engine.isEmpty ? nil : engine.map { options.engineName($0) }
    request.requestRate = requestRate
    request.goal = try goal()
    request.divisions = division.list
    request.spares = spare
    request.region = region
    request.exchange = try exchangeRate.map { text in
      let words = text.split(separator: " ", maxSplits: 1).map(String.init)
      guard let rate = words.first.flatMap(Double.init), rate > 0, words.count == 2 else {
        throw ValidationError("--exchange-rate \(text): write yuan for a dollar and of when, such as '7.15 of 2025'")
      }
      return .init(yuanPerDollar: rate, date: words[1])
    }
    request.givenModel = name != model && model.split(separator: "/").count == 2 ? model : nil
    try take(settings: &request)
    return request
  }

  /// What of an engine's settings is tried.
  private func take(settings request: inout PlanRequest) throws {
    func numbers<T: LosslessStringConvertible>(_ text: String, _ option: String, _ example: String) throws -> [T] {
      let words = text.split(separator: ",")
      let found = words.compactMap { T(String($0)) }
      guard found.count == words.count, !found.isEmpty else {
        throw ValidationError("\(option) \(text): write numbers with commas, such as \(example)")
      }
      return found
    }
    if draftTokens == "auto" {
      request.draftTokens = nil
    } else if let draftTokens {
      request.draftTokens = try numbers(draftTokens, "--draft-tokens", "0,1,3, or auto")
    }
    if request.draftTokens != [0] { request.acceptance = speculativeAcceptance }
    if chunkTokens == "default" {
      request.chunkTokens = []
    } else if let chunkTokens {
      request.chunkTokens = try numbers(chunkTokens, "--chunk-tokens", "2048,8192, or default")
    }
    if let memoryShare { request.memoryShares = try numbers(memoryShare, "--gpu-memory-utilization", "0.85,0.92") }
  }

  /// Requests of a trace that a simulation takes.
  private static let tracedRequests = 10_000

  private func take(_ trace: String, into request: inout PlanRequest, _ catalog: Catalog) throws {
    var workload = WorkloadSpecification(trace: trace)
    workload.prompts = Self.tracedRequests
    let summary = try TraceSummary(of: workload.makeSource(catalog: catalog, seed: Seed(seed)))
    guard summary.requests > 1, summary.span > .zero else {
      throw Problem("--trace", "\(trace) has no requests at several times", wayOut: "give a trace with arrivals")
    }
    request.lengths = .init(prompt: max(1, summary.promptTokens.mean), output: max(1, summary.outputTokens.mean))
    // Of the requests that must keep their objectives; a longer one may be refused.
    func longest(_ tokens: TraceSummary.Tokens) -> Int {
      share <= 0.9 ? tokens.p90 : share <= 0.99 ? tokens.p99 : tokens.maximum
    }
    request.trace = .init(
      name: trace, requests: summary.requests, meanRate: summary.meanRate,
      longestPrompt: longest(summary.promptTokens), longestAnswer: longest(summary.outputTokens))
  }

  static func amount<D: Dimension>(_ text: String, _ option: String, _ example: String) throws -> Quantity<D> {
    do { return try Quantity(text: text) } catch { throw ValidationError("\(option) \(text): write \(example)") }
  }

  private func fleets(_ catalog: Catalog) throws -> [PlanRequest.Fleet] {
    let counts = try CompareCommand.counts(chips, of: system)
    let fleets = try system.enumerated().map { index, name in
      let found = try placed("--system") { try catalog.system(name) }
      return PlanRequest.Fleet(system: name, chips: counts?[index] ?? found.chips.value)
    }
    let names = try fleets.map { try catalog.system($0.system).name }
    if let twice = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) }) {
      throw ValidationError("--system \(twice.element) is given twice: add up its chips")
    }
    return fleets
  }

  private func goal() throws -> PlanRequest.Goal {
    guard let optimise else { return requestRate == nil ? .throughput : .chips }
    guard let goal = PlanRequest.Goal(rawValue: optimise.lowercased()) else {
      let names = PlanRequest.Goal.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--optimise \(optimise): use one of \(names)")
    }
    return goal
  }

  private func objectives() throws -> PlanRequest.Objectives {
    var limits = PlanRequest.Objectives(share: share)
    limits.timeToFirstToken = ttft.map { .milliseconds($0) }
    limits.timePerOutputToken = tpot.map { .milliseconds($0) }
    limits.endToEnd = requestLatency.map { .milliseconds($0) }
    for pair in goodput.flatMap({ $0.split(separator: " ") }) {
      let parts = pair.split(separator: ":")
      guard parts.count == 2, let limit = Double(parts[1]), limit > 0 else {
        throw ValidationError("--goodput \(pair): write ttft:MS, tpot:MS or e2el:MS, such as ttft:2000 tpot:50")
      }
      switch parts[0] {
      case "ttft": limits.timeToFirstToken = .milliseconds(limit)
      case "tpot": limits.timePerOutputToken = .milliseconds(limit)
      case "e2el": limits.endToEnd = .milliseconds(limit)
      default: throw ValidationError("--goodput \(pair): write ttft:MS, tpot:MS or e2el:MS, such as ttft:2000 tpot:50")
      }
    }
    return limits
  }
}
