import Formats
import Testing
import Units

@testable import Validation

/// What rows of served loads leave to their sources, and how they are read.
@Suite struct ServedRowTests {
  private let catalog = Catalog()

  private func row(
    _ config: String, source: String = "s", system: String = "vLLM-Ascend", chip: String = "Ascend 910B",
    chips: String = "8", model: String = "Qwen3-32B", input: String = "", metric: String = "mean TPOT",
    unit: String = "ms"
  ) throws -> PublishedRow {
    let line =
      "A,serving,\(source),t,\(system),\(chip),\(chips),\(model),BF16,\(config),\(input),,,"
      + "\(metric),50,\(unit),validate,"
    let table = try CSVTable(PublishedRow.columns.joined(separator: ",") + "\n" + line + "\n", file: "rows.csv")
    return try PublishedRow(table.rows[0], file: "rows.csv")
  }

  private func served(_ config: String) throws -> ServedRow {
    ServedRow(
      try row(config), ServedFacts(systems: [], engines: [], models: [], formats: [], deployments: []))
  }

  @Test("sizes are the row's; SGLang's setup counts all ranks as tp")
  func sizes() throws {
    #expect(try served("tp=16;ep=16").sizes() == .init(tensor: 16, expert: 16))
    #expect(try served("attn_tp=4;attn_dp=2;ep=8").sizes() == .init(tensor: 4, data: 2, expert: 8))
    #expect(try served("setup=tp16 dp4").sizes() == .init(tensor: 4, data: 4))
    #expect(try served("prefill_tp=8;prefill_dp=4").sizes("prefill_") == .init(tensor: 8, data: 4))
    #expect(try served("max_concurrency=8").sizes() == nil)
    #expect(try served("tp=0").sizes() == nil && served("tp=x").sizes() == nil)
  }

  @Test("the acceptance of each draft gives the tokens of a step that the row states")
  func acceptance() throws {
    // 1 + a + a² + a³ = 2.44 at a = 0.6237.
    let found = try #require(try served("mtp=3;accept=0.48;accept_len=2.44").acceptance)
    #expect(abs(1 + found + found * found + found * found * found - 2.44) < 1e-9)
    #expect(try served("mtp=1;accept=0.7").acceptance == 0.7)
    #expect(try served("mtp=3").acceptance == nil)
  }

  @Test("a source adds what the row leaves out, and changes nothing that it has")
  func deployments() throws {
    let deployment = ServedFacts.Deployment(
      source: "s", model: "Qwen3", config: "tp=4;max_concurrency=9", from: "a page", assumes: "the load")
    let facts = ServedFacts(systems: [], engines: [], models: [], formats: [], deployments: [deployment])
    let found = ServedRow(try row("tp=8"), facts)
    #expect(found["tp"] == "8" && found["max_concurrency"] == "9" && found.assumption == "the load")
    #expect(ServedRow(try row("tp=8", source: "other"), facts)["max_concurrency"] == nil)
  }

  @Test("the file names entries of the catalog, and every deployment has rows")
  func builtIn() throws {
    let facts = try ServedFacts.read(catalog)
    for name in facts.systems { #expect(catalog.path(of: name.name, kind: "systems") != nil, "\(name.name)") }
    for name in facts.engines { #expect(catalog.path(of: name.name, kind: "engines") != nil, "\(name.name)") }
    for name in facts.models { #expect(catalog.names("models").contains(name.name), "\(name.name)") }
    let rows = try PublishedRow.builtInFiles.flatMap {
      try PublishedRow.read(path: try #require(catalog.resourcePath("catalog/published/\($0)")))
    }
    for deployment in facts.deployments { #expect(rows.contains(where: deployment.includes), "\(deployment.from)") }
  }

  @Test("rows from elsewhere are read by their columns; what hides its load or plan says so")
  func elsewhere() throws {
    let predictor = Predictor(catalog: catalog)
    let known = predictor.predict(try row("tp=4;max_concurrency=2;requests=4", chips: "4", input: "100"))
    #expect(known == .unsupported("lengths are not published"))
    let step = predictor.predict(
      try row(
        "phase=decode;tp=2;batch=4;serving=0", system: "cann-recipes-infer", chip: "Ascend 910C", chips: "1",
        input: "1000", metric: "decode step time"))
    // 64 GB of weights over two dies of 1.6 TB/s: at least 20 ms.
    guard case .value(let time) = step else { throw Problem("row", "\(step)") }
    #expect(time > 20 && time < 60)
    let hidden = predictor.predict(
      try row("phase=decode;tp=2;serving=0", system: "cann-recipes-infer", metric: "decode step time"))
    #expect(hidden == .unsupported("the batch is not published"))
  }
}
