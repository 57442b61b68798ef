import Costs
import Serving
import Units

/// What of a simulation goes into the JSON of `plan`: seconds, watts, joules, dollars; shares of 1.
extension PlanSimulation: Encodable {
  enum CodingKeys: String, CodingKey {
    case requestRate, servedRate, share, meets, missed, outputTokensPerChip, slices, timeToFirstToken,
      timePerOutputToken, endToEnd, energy, cost, validity, scenario
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(requestRate, forKey: .requestRate)
    try container.encode(servedRate, forKey: .servedRate)
    try container.encode(slices, forKey: .slices)
    try container.encode(share, forKey: .share)
    try container.encode(meets, forKey: .meets)
    try container.encodeIfPresent(missed, forKey: .missed)
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
