import Costs
import Formats
import Foundation
import Hardware
import Models
import Pages
import Reports
import Serving
import Simulation
import Supply
import Units
import Workloads

/// What is done with an input: it is read as the program reads it, and what is accepted is used a little.
struct Use {
  let catalog: Catalog
  /// Holds the input, and catalogs made for it; emptied by its owner.
  let folder: String
  /// The fewest that make every part work.
  static let mostRequests = 60

  /// Whether the input was accepted; throws its faults, or a `Finding` where an answer is wrong.
  func callAsFunction(_ kind: Subject.Kind, path: String) throws -> Bool {
    switch kind {
    case .serving: try simulate(Node.read(path: path), catalog)
    case .supply: try supply(Node.read(path: path), catalog)
    case .config: try config(path)
    case .mooncake, .bailian, .azure, .burstgpt, .vidur, .splitwise, .csv, .aiperf, .vllm, .text, .sharegpt, .inputs,
      .servegen:
      try trace(path, kind)
    case .gzip: try trace(path, .mooncake)
    case .measurements, .runs, .estimates, .budgets: try rows(path, kind)
    case .chips, .systems, .engines, .traces, .supplyFiles, .calibrations: try entry(path, kind)
    case .commands: try command(path)
    }
    return true
  }

  // MARK: Serving

  func simulate(_ node: Node, _ catalog: Catalog) throws {
    var scenario = try node.decode(Scenario.self)
    scenario.workload.prompts = min(scenario.workload.prompts ?? Self.mostRequests, Self.mostRequests)
    // A pipe would wait for someone who writes.
    if scenario.workload.trace == "-" { return }
    let deployment = try node.locating { try Deployment(scenario, catalog: catalog) }
    let renderer = TerminalRenderer(width: 80)
    var records = 0
    let observers = ServingObservers(requests: { records += $0.count })
    let report = try deployment.simulate(observing: observers) { _ in .init(of: deployment) }
    let requests = report.requests
    if requests.completed + requests.failed + requests.rejected != requests.offered || records != requests.offered {
      throw Finding("law", "\(requests.offered) requests came, \(records) are told of")
    }
    let context = deployment.reportContext(scenario: node, commandLine: ["fuzz"])
    try check(json: JSONText.encode(report))
    try check(text: renderer.render(report.summary(context)))
    try check(text: HTMLRenderer().render(report.document(context), chartScript: nil))
    let explanation = try deployment.explained()
    try check(json: JSONText.encode(explanation))
    try check(text: renderer.render(explanation.document))
  }

  private func config(_ path: String) throws {
    let node = try Node.read(path: path)
    let model = try Architecture(config: node, name: "fuzzed")
    let count = ParameterCount(model)
    let bytes = model.cacheFootprint(.sixteenBit).bytes(tokens: 1000).value
    guard count.total > 0, count.active.total > 0, model.weightBytes > 0, bytes.isFinite, bytes >= 0 else {
      throw Finding("law", "\(count.total) parameters, \(model.weightBytes) bytes, \(bytes) bytes of cache")
    }
    // On chips enough for most of them, and with both kinds of engine.
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let isSGLang = count.total % 2 == 0
    let text = """
      name: fuzzed
      model: \(folder)/config.json
      system: HGX B300
      engine: \(isSGLang ? "SGLang" : "vLLM")
      pools: [{ chips: 8 }]
      workload: { prompts: 4, inputTokens: 300, outputTokens: 9 }
      """
    try simulate(Node.parse(text, file: "scenario.yaml"), catalog)
  }

  // MARK: Supply

  func supply(_ node: Node, _ catalog: Catalog) throws {
    let scenario = try SupplyScenario(node, catalog: catalog)
    let question = SupplyQuestion(draws: 3, without: scenario.worlds.prefix(1).map(\.without))
    let report = try SupplyReport(scenario, question, version: "fuzz")
    try check(json: JSONText.encode(report))
    try check(text: TerminalRenderer(width: 80).render(report.summary()))
    try check(text: HTMLRenderer().render(report.document(), chartScript: nil))
    try check(text: report.csv())
    for what in ["list", "events", "claims", "chips"] {
      try check(text: TerminalRenderer().render(scenario.explanation(of: what)))
    }
  }

  // MARK: Answers

  /// No character that steers a terminal, no number that is none.
  func check(text: String) throws {
    let steers = text.unicodeScalars.first { $0.value < 32 && $0 != "\n" && $0 != "\t" || $0.value == 0x7F }
    if let steers { throw Finding("control", "an answer has the character \(steers.value)") }
  }

  func check(json: String) throws {
    do { _ = try JSONSerialization.jsonObject(with: Data(json.utf8)) } catch {
      throw Finding("json", "an answer is no JSON: \(error)")
    }
  }
}

extension ServingReport.Run {
  init(of deployment: Deployment) {
    self.init(
      version: "fuzz", seed: deployment.configuration.seed.value, inputHash: "", wallSeconds: 1,
      requestsPerWallSecond: 1, peakMemoryBytes: 1)
  }
}
