import Costs
import Formats
import Hardware
import Supply
import Testing
import Units
import Models
import Workloads

@testable import Planning

enum Worlds {
  static let catalog = Catalog()

  static func entry(
    _ model: String, prompt: Double, output: Double, milliseconds: Double = 50, hits: Double = 0, drafts: Int = 0
  ) throws -> TokenMix.Entry {
    let speculation = drafts > 0 ? "\n  speculation: {draftTokens: \(drafts), acceptance: 0.7}" : ""
    let node = try Node.parse(
      """
      - model: \(model)
        share: 1
        promptTokens: \(prompt)
        outputTokens: \(output)
        prefixHits: \(hits)
        timePerOutputToken: \(milliseconds) ms
        timeToFirstToken: 5 s
        source: a test
        grade: D\(speculation)
      """, file: "mix.yaml")
    return try #require(TokenMix(node).models.first)
  }

  static func hardware(
    _ system: String, _ engine: String, _ weights: NumberFormat, largest: Int = 32
  ) throws -> ServingHardware {
    ServingHardware(
      try Machine(system: system, engine: engine, in: catalog), precision: Precision(weights: weights),
      largest: largest, redundantExperts: redundantExperts)
  }

  /// As the catalog's platforms have.
  static let redundantExperts = 32

  static func search(_ hardware: ServingHardware, _ entry: TokenMix.Entry) throws -> DeploymentSearch {
    let config = try catalog.node("models", entry.model)
    return DeploymentSearch(hardware, architecture: try Architecture(config: config, name: entry.model), entry: entry)
  }

  /// A pool with nothing but what it carries and draws.
  static func pool(requestsPerSecond: Double, watts: Double) -> PoolChoice {
    PoolChoice(
      chips: 1, tensorParallel: 1, expertParallel: 1, batchPerChip: 8, tokensPerStep: 1, step: Seconds(0.05),
      requestsPerSecond: requestsPerSecond, power: Watts(watts), boundBy: "memory", batchLimit: "memory")
  }
}
