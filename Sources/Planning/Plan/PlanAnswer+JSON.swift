import Costs
import Serving
import Units

/// The JSON of `plan`: seconds, watts, joules, dollars; shares of 1.
extension PlanAnswer: Encodable {
  enum CodingKeys: String, CodingKey { case plans, frontier, estimates, feasible, refused, nearestMisses, leftOut }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(plans, forKey: .plans)
    try container.encode(frontier, forKey: .frontier)
    try container.encode(estimates, forKey: .estimates)
    try container.encode(feasible, forKey: .feasible)
    try container.encode(refused, forKey: .refused)
    try container.encode(nearestMisses, forKey: .nearestMisses)
    try container.encode(leftOut, forKey: .leftOut)
  }
}

extension PlanAnswer.Plan: Encodable {
  enum CodingKeys: String, CodingKey { case candidate, simulated }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(candidate, forKey: .candidate)
    try container.encodeIfPresent(simulated, forKey: .simulated)
  }
}

extension PlanSimulation: Encodable {
  enum CodingKeys: String, CodingKey {
    case requestRate, servedRate, share, meets, outputTokensPerChip, slices, timeToFirstToken, timePerOutputToken,
      endToEnd, energy, cost,
      validity, scenario
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(requestRate, forKey: .requestRate)
    try container.encode(servedRate, forKey: .servedRate)
    try container.encode(slices, forKey: .slices)
    try container.encode(share, forKey: .share)
    try container.encode(meets, forKey: .meets)
    try container.encode(outputTokensPerChip, forKey: .outputTokensPerChip)
    try container.encode(report.timeToFirstToken.quantiles, forKey: .timeToFirstToken)
    try container.encode(report.timePerOutputToken.quantiles, forKey: .timePerOutputToken)
    try container.encode(report.endToEnd.quantiles, forKey: .endToEnd)
    try container.encode(report.energy, forKey: .energy)
    try container.encode(report.cost, forKey: .cost)
    try container.encode(report.validity, forKey: .validity)
    try container.encode(scenario, forKey: .scenario)
  }
}

extension ServingReport.Summary {
  fileprivate var quantiles: [String: Double] {
    ["mean": mean.value, "p50": p50.value, "p90": p90.value, "p99": p99.value, "max": max.value]
  }
}

extension PlanCandidate: Encodable {
  enum CodingKeys: String, CodingKey {
    case system, engine, formats, division, pools, chips, budget, requestsPerSecond, timeToFirstToken,
      timePerOutputToken, endToEnd, outputTokensPerSecond, outputTokensPerChip, speedPerUser, power,
      joulesPerOutputToken, costPerMillionOutputTokens
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(system, forKey: .system)
    try container.encode(engine, forKey: .engine)
    try container.encode(formats, forKey: .formats)
    try container.encode(division, forKey: .division)
    try container.encode(pools, forKey: .pools)
    try container.encode(chips, forKey: .chips)
    try container.encode(budget, forKey: .budget)
    try container.encode(requestsPerSecond, forKey: .requestsPerSecond)
    try container.encode(timeToFirstToken.value, forKey: .timeToFirstToken)
    try container.encode(timePerOutputToken.value, forKey: .timePerOutputToken)
    try container.encode(endToEnd.value, forKey: .endToEnd)
    try container.encode(outputTokens, forKey: .outputTokensPerSecond)
    try container.encode(outputTokensPerChip, forKey: .outputTokensPerChip)
    try container.encode(speedPerUser, forKey: .speedPerUser)
    try container.encodeIfPresent(power?.value, forKey: .power)
    try container.encodeIfPresent(joulesPerOutputToken?.value, forKey: .joulesPerOutputToken)
    try container.encodeIfPresent(dollarsPerMillionTokens?.value, forKey: .costPerMillionOutputTokens)
  }
}

extension PlanCandidate.Pool: Encodable {
  enum CodingKeys: String, CodingKey {
    case role, instances, chips, tensorParallel, pipelineParallel, dataParallel, expertParallel, requestsPerRank, step,
      batchLimit, promptTokensPerStep, requestsPerSecond
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(role, forKey: .role)
    try container.encode(instances, forKey: .instances)
    try container.encode(chips, forKey: .chips)
    try container.encode(plan.tensor, forKey: .tensorParallel)
    try container.encode(plan.pipeline, forKey: .pipelineParallel)
    try container.encode(plan.data, forKey: .dataParallel)
    try container.encode(plan.expert, forKey: .expertParallel)
    try container.encode(estimate.requestsPerRank, forKey: .requestsPerRank)
    try container.encode(estimate.step.value, forKey: .step)
    try container.encode(estimate.limit, forKey: .batchLimit)
    try container.encode(promptTokensPerStep, forKey: .promptTokensPerStep)
    try container.encode(requestsPerSecond, forKey: .requestsPerSecond)
  }
}

extension PlanAnswer.Refused: Encodable {
  enum CodingKeys: String, CodingKey { case reason, count, example }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(reason, forKey: .reason)
    try container.encode(count, forKey: .count)
    try container.encode(example, forKey: .example)
  }
}

extension PlanRefusal: Encodable {
  enum CodingKeys: String, CodingKey {
    case reason, engine, system, role, tensorParallel, pipelineParallel, dataParallel, expertParallel, chips, problem,
      misses
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(reason, forKey: .reason)
    try container.encode(engine, forKey: .engine)
    try container.encode(system, forKey: .system)
    try container.encode(role, forKey: .role)
    try container.encode(plan.tensor, forKey: .tensorParallel)
    try container.encode(plan.pipeline, forKey: .pipelineParallel)
    try container.encode(plan.data, forKey: .dataParallel)
    try container.encode(plan.expert, forKey: .expertParallel)
    try container.encode(chips, forKey: .chips)
    try container.encode(problem, forKey: .problem)
    if misses.isFinite { try container.encode(misses, forKey: .misses) }
  }
}
