import Costs
import Formats
import Hardware
import Models
import Serving
import Synchronization
import Units

/// Rows of engines that serve a load, or that are driven offline, one batch after the other.
extension Predictor {
  /// nil where the row's engine is not one of `served.yaml`.
  func served(_ row: PublishedRow) throws -> Prediction? {
    let facts = try facts.get()
    guard let engine = facts.engine(of: row) else { return nil }
    guard let system = facts.system(of: row) else { throw unsupported("\(row.chip) is not in the catalog yet") }
    let names = Names(
      system: system, engine: engine, model: try facts.model(of: row) ?? modelName(of: row),
      precision: try facts.precision(of: row) ?? precision(of: row))
    if row.has("mode=disaggregated MoE-attention") {
      throw unsupported("attention and experts on dies of their own are not described for this engine")
    }
    let served = ServedRow(row, facts)
    do {
      let value =
        try served["serving"] == "0" || served["graph"] == "1" && row["phase"] == "decode"
        ? offline(served, names) : online(served, names)
      return served.assumption.map { .assumed(value, $0) } ?? .value(value)
    } catch let problem as Problem {
      throw unsupported("\(problem)")
    } catch let problems as Problems {
      throw unsupported("\(problems)")
    }
  }

  /// The catalog's names for a row, and its number formats.
  struct Names: Sendable {
    var system: String
    var engine: String
    var model: String
    var precision: Precision
  }

  // MARK: Under a load

  /// Means over a run of the client's requests, in the row's unit.
  private func online(_ served: ServedRow, _ names: Names) throws -> Double {
    let row = served.row
    let isFirst = row.metric.contains("TTFT")
    let known = [("TPOT", "ms"), ("TTFT", "ms"), ("output throughput", "tokens/s")]
    guard known.contains(where: { row.metric.contains($0.0) && row.unit == $0.1 }) else {
      throw unsupported("'\(row.metric)' of a serving engine is not modelled yet")
    }
    let text = try scenarioText(served, names, drafts: !isFirst || served.acceptance != nil)
    let means = try runs.means(of: text + "\(names.precision)") {
      var scenario = try Node.parse(text, file: row.place).decode(Scenario.self)
      scenario.precision = names.precision
      let deployment = try Deployment(scenario, catalog: catalog)
      let outcome = try serve(deployment.makeSource(), under: deployment.configuration)
      let statistics = outcome.statistics
      guard statistics.completed > 0 else { throw unsupported("no request fits into memory") }
      return ServedMeans(
        first: statistics.timeToFirstToken.mean, each: statistics.timePerOutputToken.mean,
        rate: Double(statistics.outputTokens) / outcome.duration.value)
    }
    if isFirst { return means.first.milliseconds }
    if row.metric.contains("TPOT") { return means.each.milliseconds }
    return row.metric.contains("per card") ? means.rate / (row.chipCount ?? 1) : means.rate
  }

  /// The row as a scenario's file would say it.
  ///
  /// - Parameter drafts: false leaves them out: they do nothing for the first token, and their acceptance may be
  ///   hidden.
  private func scenarioText(_ served: ServedRow, _ names: Names, drafts: Bool) throws -> String {
    guard let input = served.inputTokens, let output = served.outputTokens else {
      throw unsupported("lengths are not published")
    }
    let concurrency = served.count("max_concurrency")
    guard concurrency != nil || served["request_rate"] != nil else { throw unsupported("the load is not published") }
    var workload = ["inputTokens: \(input)", "outputTokens: \(output)"]
    if let concurrency { workload.append("maxConcurrency: \(concurrency)") }
    if let rate = served.number("request_rate") { workload.append("requestRate: \(rate)") }
    let prompts = served.count("requests") ?? 10 * (concurrency ?? 100)
    workload.append("prompts: \(min(prompts, ServingRun.longestLoop))")
    var lines = [
      "name: row", "model: \(quoted(names.model))", "system: \(quoted(names.system))",
      "engine: \(quoted(names.engine))", "maxModelLength: \(input + output)", "seed: 1",
      "workload: { \(workload.joined(separator: ", ")) }",
    ]
    if drafts, served.draftTokens > 0 {
      let acceptance = try served.acceptance ?? RunFacts.read(catalog).acceptance.value
      let method = served["drafts"].map { ", method: \($0)" } ?? ""
      lines.append("speculation: { draftTokens: \(served.draftTokens), acceptance: \(acceptance)\(method) }")
    }
    lines.append("pools:")
    if let prefill = served.sizes("prefill_"), let decode = served.sizes("decode_") {
      lines.append("  - { role: prefill, \(poolText(served, prefill, "prefill_", limit: nil, input: input)) }")
      lines.append("  - { role: decode, \(poolText(served, decode, "decode_", limit: concurrency, input: input)) }")
    } else if let sizes = served.sizes() {
      lines.append("  - { \(poolText(served, sizes, "", limit: concurrency, input: input)) }")
    } else {
      throw unsupported("the plan is not published")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func poolText(
    _ served: ServedRow, _ sizes: ServedRow.Sizes, _ prefix: String, limit: Int?, input: Int
  ) -> String {
    var fields = ["tensorParallel: \(sizes.tensor)", "dataParallel: \(sizes.data)"]
    if sizes.pipeline > 1 { fields.append("pipelineParallel: \(sizes.pipeline)") }
    if sizes.expert > 1 { fields.append("expertParallel: \(sizes.expert)") }
    if sizes.sendsToExperts { fields.append("exchange: lowLatency, promptExchange: bulk") }
    if let share = served.number("\(prefix)memory_share") { fields.append("memoryShare: \(share)") }
    var scheduling: [String] = []
    // SGLang's limit of running requests is an instance's, the others' is a rank's.
    let running = served.count("\(prefix)max_running_requests").map { max(1, $0 / sizes.data) }
    if let running = running ?? served.count("\(prefix)max_num_seqs") { scheduling.append("maxRequests: \(running)") }
    let budget = served.count("\(prefix)max_num_batched_tokens", "\(prefix)max_prefill_tokens", "\(prefix)chunk")
    if let budget { scheduling.append("maxBatchedTokens: \(budget)") }
    // SGLang divides its chunk by the ranks; without chunks whole prompts go, as far as its budget of tokens.
    if let chunk = served.number("\(prefix)chunked_prefill_size") {
      let tokens = chunk > 0 ? Int(min(chunk, 1e6)) : max(input * sizes.data, budget ?? 0)
      scheduling.append("chunkTokens: \(max(1, tokens / sizes.data))")
    }
    if !scheduling.isEmpty { fields.append("scheduling: { \(scheduling.joined(separator: ", ")) }") }
    return fields.joined(separator: ", ")
  }

  // MARK: Offline

  /// One step of a batch that nothing schedules, in the row's unit.
  private func offline(_ served: ServedRow, _ names: Names) throws -> Double {
    let row = served.row
    guard let sizes = served.sizes() else { throw unsupported("the plan is not published") }
    guard let batch = served.batch(sizes) else { throw unsupported("the batch is not published") }
    var machine = try Machine(system: names.system, engine: names.engine, in: catalog)
    if served["rank"] == "package" { machine.chip.dies.value = 1 }
    if sizes.sendsToExperts {
      machine.engine.execution?.exchange.split = .lowLatency
      machine.engine.execution?.exchange.prompts = .bulk
    }
    let architecture = try Architecture(config: catalog.node("models", names.model), name: names.model)
    let drafts = served.draftTokens
    let model = try StepModel(
      architecture: architecture, machine: machine,
      plan: ParallelPlan(
        tensor: sizes.tensor, pipeline: sizes.pipeline, data: sizes.data, expert: sizes.expert,
        headTensor: served.count("head_tp"), outputTensor: served.count("output_tp")),
      precision: names.precision,
      drafting: drafts > 0 ? Drafting(tokens: drafts, acceptance: [served.acceptance ?? 0]) : .none,
      expertSkew: served["eplb"] == "perfect" ? 1 : nil, place: "row")
    let requests = Double(batch) / Double(sizes.data)
    let isEager = served["exec"]?.hasPrefix("eager") ?? false
    let input = Double(served.inputTokens ?? 0)
    if row.metric == "prefill time" {
      let pairs = requests * input * (input + 1) / 2
      let new = requests * input
      let chunk = StepWork.Prefill(
        newTokens: new, pairs: model.pairs(pairs, newTokens: new, cachedTokens: 0, requests: requests),
        sampled: requests)
      return model.seconds(StepWork(prefill: [chunk], isCaptured: !isEager)).milliseconds
    }
    // Lengths are those of prompts; on average half of the answer is there.
    let context = input + (row.metric == "TPOT" ? 0 : Double(served.outputTokens ?? 0) / 2)
    let step = model.seconds(
      StepWork(
        decode: .init(
          requests: requests, queries: 1 + drafts, context: model.visible(context: requests * context, over: requests)),
        isCaptured: !isEager)
    ).value
    switch (row.metric, row.unit) {
    case ("decode step time", "ms"): return step * 1e3
    case ("TPOT", "ms"): return step * 1e3 / (served.number("accept_len") ?? model.tokensPerStep)
    case ("decode throughput per die", "tokens/s"):
      return Double(batch) / Double(sizes.ranks) * model.tokensPerStep / step
    case ("decode throughput per chip", "tokens/s"):
      return Double(batch) / Double(model.chips) * (served.number("accept_len") ?? model.tokensPerStep) / step
    default: throw unsupported("'\(row.metric)' of a step is not modelled yet")
    }
  }
}

/// What a client measures of a run.
struct ServedMeans: Sendable, Hashable {
  /// To the first token, and of each further one.
  var first: Seconds
  var each: Seconds
  /// Output tokens per second.
  var rate: Double
}

/// Runs that were simulated, by their scenario: a source's rows often tell one run in several words.
final class ServedRuns: Sendable {
  private let known = Mutex<[String: ServedMeans]>([:])

  func means(of scenario: String, simulate: () throws -> ServedMeans) throws -> ServedMeans {
    if let means = known.withLock({ $0[scenario] }) { return means }
    let means = try simulate()
    known.withLock { $0[scenario] = means }
    return means
  }
}

private func quoted(_ name: String) -> String { "\"\(name)\"" }
