import Costs
import Formats
import Foundation
import Hardware
import Models
import Pages
import Planning
import Reports
import Serving
import Simulation
import Supply
import Units
import Validation
import Workloads

extension Use {
  // MARK: Traces

  /// Looked into, its first hundred requests written anew and read again, and simulated.
  func trace(_ path: String, _ kind: Subject.Kind) throws {
    var path = path
    if kind == .servegen { path = try clients(path) }
    var node = Node(
      .mapping([("trace", Node(.scalar(path, quoted: true), at: Place(file: "TRACE", line: 0)))]),
      at: Place(file: "", line: 0))
    let isWords = [.text, .sharegpt, .inputs].contains(kind)
    if isWords { node = try node.setting("bytesPerToken", to: "4") }
    if isWords { node = try node.setting("requestRate", to: "5") }
    // The file says itself, by its length, whether damaged lines are passed over.
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    if size % 2 == 0 { node = try node.setting("skipBad", to: "true") }
    if size % 3 == 0 { node = try node.setting("clock", to: "s") }
    if size % 5 == 0 { node = try node.setting("sort", to: "true") }
    let workload = try node.decode(WorkloadSpecification.self)
    let summary = try TraceSummary(of: workload.makeSource(catalog: catalog, seed: Seed(1)))
    try check(json: JSONText.encode(summary))
    try check(text: TerminalRenderer(width: 80).render(summary.document(title: "trace")))
    node = try node.setting("prompts", to: "100")
    try convert(node.decode(), size)
    let text = """
      name: fuzzed
      model: Llama-3.1-8B
      system: HGX H100
      engine: \(["vLLM", "SGLang", "TensorRT-LLM"][size % 3])
      pools: [{ chips: 1 }]
      workload: \(node.jsonText())
      """
    try simulate(Node.parse(text, file: "scenario.yaml"), catalog)
  }

  /// What is written is read again with as many requests.
  private func convert(_ workload: WorkloadSpecification, _ size: Int) throws {
    let format = TraceWriter.formats[size % TraceWriter.formats.count]
    var writer = try TraceWriter(format, hasSessions: true)
    var source = try workload.makeSource(catalog: catalog, seed: Seed(1))
    let file = "\(folder)/converted.txt"
    let output = try OutputFile(path: file)
    if let header = writer.header { try output.append(header) }
    var batch = RequestBatch()
    var count = 0
    while try source.read(into: &batch) {
      try output.append(writer.lines(of: batch))
      count += batch.count
    }
    try output.commit()
    guard count > 0 else { return }
    var reading = TraceReading()
    reading.format = format
    reading.blockTokens = 16
    if format == .mooncake { reading.clock = .milliseconds }
    let again = try TraceSummary(of: TraceSource(path: file, reading))
    if again.requests != count { throw Finding("law", "\(count) requests were written, \(again.requests) are read") }
  }

  /// A client's two files from one input.
  private func clients(_ path: String) throws -> String {
    let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    let mark = Array("@@\n".utf8)
    let place = bytes.indices.first { bytes[$0...].starts(with: mark) } ?? bytes.count
    let parts = [Array(bytes[..<place]), Array(bytes[min(bytes.count, place + 3)...])]
    let target = "\(folder)/clients"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try Data(parts[0]).write(to: URL(fileURLWithPath: "\(target)/chunk-0-trace.csv"))
    try Data(parts[1]).write(to: URL(fileURLWithPath: "\(target)/chunk-0-dataset.json"))
    return target
  }

  // MARK: Rows

  func rows(_ path: String, _ kind: Subject.Kind) throws {
    switch kind {
    case .measurements:
      let predictor = Predictor(catalog: catalog)
      let outcomes = try PublishedRow.read(path: path).map { Outcome($0, predictor.predict($0)) }
      let report = ValidationReport(outcomes: outcomes, constants: [], refits: [], violations: [])
      try check(text: TerminalRenderer(width: 80).render(report.terminalDocument(everyRow: true)))
      try check(text: HTMLRenderer().render(report.document(version: "fuzz"), chartScript: nil))
      try check(text: report.markdown)
      try check(json: JSONText.encode(ValidationResult(report, nil, nil)))
    case .runs:
      let runs = Array(try ServingRun.read(path: path).prefix(2))
      let validation = try RunValidation(runs, catalog: catalog, workers: 1)
      try check(text: TerminalRenderer(width: 80).render(validation.terminalDocument(everyRow: true)))
      try check(text: HTMLRenderer().render(validation.document(version: "fuzz"), chartScript: nil))
      try check(json: JSONText.encode(ValidationResult(nil, validation, nil)))
    case .estimates:
      let validation = try SupplyValidation(
        catalog: catalog, files: [path], draws: 2, seed: 1, workers: 1, version: "fuzz")
      try check(text: TerminalRenderer(width: 80).render(validation.document()))
      try check(json: JSONText.encode(ValidationResult(nil, nil, validation)))
    default:
      let node = try Node.read(path: path)
      try BudgetFile.check(node)
      _ = try (Budget.read(node), SupplyBudget.read(node), RunBudget.read(node))
    }
  }

  // MARK: Entries of the catalog

  /// In a folder over the built-in catalog: linted, and used by what names it.
  func entry(_ path: String, _ kind: Subject.Kind) throws {
    let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    let named = text.split(separator: "\n").first { $0.hasPrefix("name:") }?.dropFirst(5).filter { $0 != "\"" }
    let name = String(named?.drop { $0 == " " }.prefix(60) ?? "fuzzed")
    let folderOfKind = kind == .supplyFiles ? "supply" : kind.rawValue
    let mine = "\(folder)/mine"
    try FileManager.default.createDirectory(atPath: "\(mine)/\(folderOfKind)", withIntermediateDirectories: true)
    let stem = kind == .supplyFiles ? supplyFile(text) : Catalog.slug(name)
    try FileManager.default.copyItem(atPath: path, toPath: "\(mine)/\(folderOfKind)/\(stem.prefix(80)).yaml")
    let catalog = try Catalog(checking: [mine])
    let node = try catalog.node(folderOfKind, stem)
    switch kind {
    case .chips:
      let chip = try HardwareFacts.checked(node).decode(Chip.self)
      let system = try system(for: chip.name)
      try simulate(scenario(system: system, engine: chip.vendor == "Huawei" ? "vLLM-Ascend" : "vLLM"), catalog)
    case .systems:
      let system = try HardwareFacts.checked(node).decode(System.self)
      try simulate(scenario(system: system.name, engine: "SGLang"), catalog)
    case .engines:
      let engine = try HardwareFacts.checked(node).decode(Engine.self)
      let isApart = engine.scheduling == nil
      try simulate(scenario(system: "HGX H200", engine: engine.name, isApart: isApart), catalog)
    case .traces:
      let entry = try node.decode(TraceEntry.self)
      _ = try placed("trace") { try TraceEntry.find(entry.name, in: catalog) }
    case .calibrations:
      let calibration = try node.decode(Calibration.self)
      if !calibration.cases.isEmpty { _ = calibration.priors.count }
    default:
      try SupplyScenario.lint(node, catalog: catalog)
      try ServingPlatforms.lint(node, catalog: catalog)
      try supply(catalog.node("supply", "base"), catalog)
    }
  }

  private func scenario(system: String, engine: String, isApart: Bool = false) throws -> Node {
    let pools =
      isApart
      ? "prefill: { instances: 1, chips: 1, maxBatchedTokensPerChip: 2048 }\n"
        + "decode: { instances: 1, chips: 1, maxRequestsPerChip: 16 }"
      : "pools: [{ chips: 1 }]"
    func quoted(_ text: String) -> String { Tree.scalar(text, quoted: true).text }
    return try Node.parse(
      """
      name: fuzzed
      model: Llama-3.1-8B
      system: \(quoted(system))
      engine: \(quoted(engine))
      \(pools)
      workload: { requestRate: 20, prompts: 30, inputTokens: 500, outputTokens: 20 }
      """, file: "scenario.yaml")
  }

  /// A built-in system of that chip.
  private func system(for chip: String) throws -> String {
    for name in Catalog().names("systems") where try Catalog().system(name).chip == chip { return name }
    return "HGX H100"
  }

  /// Which file of the supply folder a text is most like.
  private func supplyFile(_ text: String) -> String {
    let marks = [
      ("parameters:", "parameters"), ("events:", "events"), ("claims:", "claims"), ("platforms:", "platforms"),
      ("checks:", "checks"), ("models:", "mix"), ("quantities:", "vocabulary"),
    ]
    return marks.first { text.contains($0.0) }?.1 ?? "base"
  }
}
