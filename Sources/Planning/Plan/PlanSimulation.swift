import Costs
import Formats
import Hardware
import Serving
import Simulation
import Units

/// A plan under requests that come by chance: what it takes with its objectives kept.
public struct PlanSimulation: Sendable {
  /// Requests per second that came, and those that were served while they came and the deployment was in its stride;
  /// of a trace from its first arrival to the last departure.
  public var requestRate: Double
  public var servedRate: Double
  /// Of the requests, those that kept every objective.
  public var share: Double
  /// Whether as many did as must, and no queue grew.
  public var meets: Bool
  /// The objective that is missed most, with the time within which the share that must keep it stays; nil where none
  /// is, or nothing was served.
  public var missed: PlanMiss?
  /// Served a second, for each chip in use.
  public var outputTokensPerChip: Double
  /// Of the run; of the part of the deployment that was simulated, where it is large.
  public var report: ServingReport
  /// One part of so many was simulated, under its part of the requests; 1 for the whole.
  public var slices: Int
  /// The whole deployment at this rate, as a scenario file.
  public var scenario: String
}

extension Planner {
  /// Simulates the best plans of an answer, and ranks them by what they do there.
  ///
  /// Where a rate is asked for it comes, and instances are added while the objectives are missed and there are chips;
  /// else the greatest rate is looked for at which they are kept.
  /// Where none of the best keeps the objectives, as many again are simulated, until one does or none is left.
  public func simulated(_ answer: PlanAnswer, best count: Int, seed: UInt64 = 1) throws -> PlanAnswer {
    var answer = answer
    answer.bringForward(count)
    var done = 0
    while done < answer.plans.count, count > 0,
      !answer.plans.prefix(done).contains(where: { $0.simulated?.meets == true })
    {
      let next = done..<min(answer.plans.count, done + count)
      let results = concurrentMap(answer.plans[next].map(\.candidate), workers: workers) { candidate in
        Result { try simulate(candidate, seed: seed) }
      }
      for (index, result) in zip(next, results) {
        let (candidate, simulation) = try result.get()
        answer.plans[index] = PlanAnswer.Plan(candidate: candidate, simulated: simulation)
      }
      done = next.upperBound
    }
    let ranked = answer.plans.prefix(done).sorted { one, other in order(one) < order(other) }
    answer.plans = ranked + answer.plans.dropFirst(done)
    answer.remedies = try remedies(of: answer, seed: seed)
    return answer
  }

  /// Those that keep the objectives first, then by the goal.
  private func order(_ plan: PlanAnswer.Plan) -> (Int, Double, String) {
    guard let run = plan.simulated else { return (2, 0, "") }
    let value: Double
    switch request.goal {
    case .throughput: value = -run.outputTokensPerChip * Double(plan.candidate.chips) / Double(plan.candidate.budget)
    case .chips: value = Double(plan.candidate.chips)
    case .cost: value = run.report.cost.perMillionOutputTokens.value
    case .energy: value = run.report.energy.joulesPerOutputToken.value
    }
    return (run.meets ? 0 : 1, value, plan.candidate.engine)
  }

  private func simulate(
    _ candidate: PlanCandidate, seed: UInt64
  ) throws -> (PlanCandidate, PlanSimulation?) {
    guard request.requestRate == nil else { return try served(candidate, seed: seed) }
    return (candidate, try greatest(candidate, upTo: nil, seed: seed))
  }

  /// At the greatest rate at which a candidate keeps its objectives, as tried; the last try where it does at none.
  ///
  /// - Parameter most: at which it does not; nil: what full batches would serve.
  func greatest(_ candidate: PlanCandidate, upTo most: Double?, seed: UInt64) throws -> PlanSimulation? {
    // The whole of what full batches would serve, then less; then halves of what lies between one that holds and one
    // that does not. Pools apart were estimated with some room.
    let room = candidate.pools.count > 1 ? 1 / request.utilisation : 1
    var (held, missed) = (0.0, most ?? candidate.requestsPerSecond * room)
    var next = most.map { $0 * 0.7 } ?? candidate.requestsPerSecond * (room > 1 ? 1 : 0.95)
    var best: PlanSimulation?
    var last: PlanSimulation?
    for _ in 0..<Self.tries {
      let tried = try run(candidate, rate: next, seed: seed)
      last = tried
      if tried.meets { (held, best) = (next, tried) } else { missed = next }
      next = held > 0 ? (held + missed) / 2 : missed * 0.7
      if held > 0, missed / held < 1.03 { break }
    }
    return best ?? last
  }

  private static let tries = 8

  /// At the rate that is asked for, with as many instances as keep the objectives.
  private func served(_ candidate: PlanCandidate, seed: UInt64) throws -> (PlanCandidate, PlanSimulation?) {
    var candidate = candidate
    var last = try run(candidate, rate: request.requestRate ?? candidate.requestsPerSecond, seed: seed)
    for _ in 0..<4 where !last.meets {
      let slow =
        candidate.pools.count > 1 && last.report.balance.verdict != .decodeBound ? 0 : candidate.pools.count - 1
      var larger = candidate
      larger.pools[slow].instances += max(1, larger.pools[slow].instances / 10)
      guard larger.chips <= larger.budget else { break }
      candidate = larger
      last = try run(candidate, rate: request.requestRate ?? candidate.requestsPerSecond, seed: seed)
    }
    return (candidate, last)
  }

  /// A part of a large deployment, so that its requests can be simulated until queues would show; spare instances do
  /// not serve.
  private func slice(_ candidate: PlanCandidate) -> (part: PlanCandidate, slices: Int) {
    var part = candidate
    for index in part.pools.indices {
      part.pools[index].instances = max(1, part.pools[index].instances - request.spares)
    }
    let wanted = Int((Self.flights * candidate.concurrency / Double(Self.mostRequests)).rounded(.up))
    // Parts of eight instances of each pool at least, so that their numbers stay in proportion.
    let slices = max(1, min(wanted, (part.pools.map(\.instances).min() ?? 1) / 8))
    for index in part.pools.indices {
      part.pools[index].instances = max(1, part.pools[index].instances / slices)
    }
    return (part, slices)
  }

  func run(_ candidate: PlanCandidate, rate: Double, seed: UInt64) throws -> PlanSimulation {
    let (part, slices) = slice(candidate)
    let text = scenarioText(part, rate: rate / Double(slices), seed: seed)
    let deployment = try Deployment(Node.parse(text, file: "plan").decode(Scenario.self), catalog: catalog)
    var measured: ServingOutcome?
    let report = try deployment.simulate(observing: ServingObservers()) { outcome in
      measured = outcome
      return ServingReport.Run(
        version: "", seed: seed, inputHash: "", wallSeconds: 0, requestsPerWallSecond: 0, peakMemoryBytes: 0)
    }
    let share = request.objectives.isEmpty ? 1 : report.goodput.fraction
    let queues = report.balance.verdict == .overloaded || report.validity.outside.contains { $0.name == .queue }
    let served = report.throughput.requests * Double(slices)
    return PlanSimulation(
      requestRate: rate, servedRate: served, share: share, meets: share >= request.objectives.share && !queues,
      missed: measured.flatMap { missed(report, $0) },
      outputTokensPerChip: served * request.lengths.output / Double(candidate.chips), report: report, slices: slices,
      scenario: slices == 1 && request.spares == 0 ? text : scenarioText(candidate, rate: rate, seed: seed))
  }

  /// Of a run, the objective that fewer keep than must, where they all together miss theirs.
  private func missed(_ report: ServingReport, _ outcome: ServingOutcome) -> PlanMiss? {
    guard report.requests.completed > 0, report.goodput.fraction < request.objectives.share else { return nil }
    var report = report
    report.add(percentiles: [request.objectives.share], of: [.ttft, .tpot, .e2el], from: outcome)
    func late(_ times: ServingReport.Summary) -> Seconds { times.percentiles?.first?.value ?? times.p99 }
    return request.objectives.worst(
      first: late(report.timeToFirstToken), each: late(report.timePerOutputToken), end: late(report.endToEnd))
  }

  private var tokens: (Int, Int) {
    (max(1, Int(request.lengths.prompt.rounded())), max(1, Int(request.lengths.output.rounded())))
  }

  /// Requests of a run for each that is in flight, and at most.
  private static let flights = 12.0
  private static let mostRequests = 20_000

  private func requests(_ candidate: PlanCandidate, rate: Double) -> Int {
    let flight = min(candidate.concurrency, rate * candidate.endToEnd.value)
    return max(1000, min(2 * Self.mostRequests, Int(Self.flights * flight)))
  }

  /// What counts: from when the first requests have left, as long as others still come.
  private func window(_ candidate: PlanCandidate, span: Double) -> String {
    func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }
    let first = milliseconds(min(candidate.endToEnd.value, span / 4))
    return "{ warmUp: \(first) ms, until: \(max(first + 1, milliseconds(span * 0.95))) ms }"
  }

  /// A candidate as a scenario file that `simulate` takes.
  public func scenarioText(_ candidate: PlanCandidate, rate: Double, seed: UInt64) -> String {
    let (input, output) = tokens
    var lines = [
      "name: \(quoted("\(architecture.name) on \(candidate.system) with \(candidate.engine)"))",
      "model: \(quoted(request.model))", "system: \(quoted(candidate.pools[0].system))",
      "engine: \(quoted(engineEntries[candidate.engine] ?? candidate.engine))",
    ]
    if let precision = request.formats.first(where: { $0.name == candidate.formats })?.precision {
      lines.append("precision: \(precision.flowText)")
    }
    if candidate.draftTokens > 0 {
      let chance = request.acceptance.map { ", acceptance: \($0)" } ?? ""
      lines.append("speculation: { draftTokens: \(candidate.draftTokens)\(chance) }")
    }
    lines += poolLines(candidate)
    let limits = [
      ("timeToFirstToken", request.objectives.timeToFirstToken),
      ("timePerOutputToken", request.objectives.timePerOutputToken), ("endToEnd", request.objectives.endToEnd),
    ]
    let given = limits.compactMap { name, limit in limit.map { "\(name): \($0.milliseconds) ms" } }
    if !given.isEmpty {
      lines.append("objectives: { \(given.joined(separator: ", ")), share: \(request.objectives.share) }")
    }
    if let trace = request.trace {
      lines.append(
        "workload: { trace: \(quoted(trace.name)), prompts: \(trace.requests), rateScale: \(rate / trace.meanRate) }")
    } else {
      let requests = requests(candidate, rate: rate)
      let shared = Int(request.lengths.sharedPrefix ?? 0)
      let block = searches.first { $0.space.machine.engine.name == candidate.engine }?.space.machine.engine.cache
        .blockTokens.value
      let prefix =
        shared > 0 ? "prefixes: { groups: 1, tokens: \(shared) }, blockTokens: \(block ?? 16), " : ""
      lines.append(
        "workload: { prompts: \(requests), requestRate: \(rate), inputTokens: \(input - shared), "
          + "outputTokens: \(output), \(prefix)statistics: \(window(candidate, span: Double(requests) / rate)) }")
    }
    lines.append("seed: \(seed)")
    return lines.joined(separator: "\n") + "\n"
  }

  private func poolLines(_ candidate: PlanCandidate) -> [String] {
    let rules = searches.first { $0.space.machine.engine.name == candidate.engine }?.space.machine.engine.scheduling
    guard let rules else { return phaseLines(candidate) }
    let chunkField = rules.scheduler == .sgLang ? "chunkTokens" : "maxBatchedTokens"
    return ["pools:"]
      + candidate.pools.map { pool in
        var fields = ["role: \(pool.role.rawValue)", "instances: \(pool.instances)", "chips: \(pool.chips)"]
        fields.append("tensorParallel: \(pool.plan.tensor)")
        if candidate.division == .mixed { fields.append("system: \(quoted(pool.system))") }
        if pool.plan.pipeline > 1 { fields.append("pipelineParallel: \(pool.plan.pipeline)") }
        if pool.plan.data > 1 { fields.append("dataParallel: \(pool.plan.data)") }
        if pool.plan.expert > 1 { fields.append("expertParallel: \(pool.plan.expert)") }
        if let share = pool.settings.memoryShare { fields.append("memoryShare: \(share)") }
        var limits = pool.role != .prefill ? ["maxRequests: \(pool.estimate.requestsPerRank)"] : []
        if let chunk = pool.settings.chunkTokens { limits.append("\(chunkField): \(chunk)") }
        if !limits.isEmpty { fields.append("scheduling: { \(limits.joined(separator: ", ")) }") }
        return "  - { \(fields.joined(separator: ", ")) }"
      }
  }

  private func phaseLines(_ candidate: PlanCandidate) -> [String] {
    candidate.pools.map { pool in
      var fields = ["instances: \(pool.instances)", "chips: \(pool.chips)"]
      let ranks = pool.plan.data
      if pool.role == .prefill {
        fields.append("maxBatchedTokensPerChip: \(PlanSpace.wholeRequestTokens)")
      } else {
        fields.append(
          "maxRequestsPerChip: \(max(1, (pool.estimate.requestsPerRank * ranks + pool.chips - 1) / pool.chips))")
      }
      if pool.role == .decode || pool.plan.tensor < pool.plan.dies {
        fields.append("tensorParallel: \(pool.plan.tensor)")
      }
      return "\(pool.role.rawValue): { \(fields.joined(separator: ", ")) }"
    }
  }

  private func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}

extension Precision {
  /// As a scenario's `precision:`.
  var flowText: String {
    let all: [(String, NumberFormat?)] = [
      ("weights", weights), ("attention", attention), ("keyValue", keyValue), ("projection", projection),
      ("experts", experts), ("expertCompute", expertCompute), ("sharedExperts", sharedExperts), ("head", head),
      ("dispatch", dispatch), ("combine", combine),
    ]
    let fields = all.compactMap { name, format in format.map { "\(name): \($0.rawValue)" } }
    return "{ \(fields.joined(separator: ", ")) }"
  }
}
