import Formats
import Testing
import Units

@testable import Training
@testable import Validation

/// Published rows of training: how they are read, and what the model reaches on them.
struct TrainingRowTests {
  static func rows() throws -> [TrainingRow] {
    let path = try #require(Catalog().resourcePath("catalog/published/training.csv"))
    return try TrainingRow.read(path: path)
  }

  @Test("all rows are read: 945 validate, 247 calibrate, the others are shown, and no group has both roles")
  func roles() throws {
    let rows = try Self.rows()
    #expect(rows.count == 1650)
    #expect(rows.count { $0.role == .validate } == 945 && rows.count { $0.role == .calibrate } == 247)
    let scored = rows.filter { $0.role != .shown }
    let readable = scored.count { $0.isScored }
    #expect(readable == scored.count)
    func group(_ row: TrainingRow) -> String { "\(row.source) \(row.chip) \(row.model)" }
    let calibrating = Set(scored.filter { $0.role == .calibrate }.map(group))
    let validating = Set(scored.filter { $0.role == .validate }.map(group))
    #expect(calibrating.isDisjoint(with: validating))
  }

  private func job(_ id: String) throws -> TrainingJob {
    let row = try #require(try Self.rows().first { $0.id == id })
    let catalog = Catalog()
    return try row.job(catalog, try TrainingFacts.read(catalog))
  }

  @Test("a row's plan, layers, precision and overlap are read as they stand")
  func llama405B() throws {
    let job = try job("TMB-077")
    #expect(job.plan.tensor == 8 && job.plan.pipeline == 8 && job.plan.virtual == 8 && job.plan.context == 2)
    #expect(job.plan.ranks == 1024 && job.microbatches == 192 && job.plan.sharding == .optimizer)
    // 64 chunks: first 1 and embedding, middle 2, last 1 and loss.
    #expect(job.plan.layersByChunk?.prefix(2) == [1, 2] && job.plan.layersByChunk?.last == 1)
    #expect(job.recipe.products == .fp8Current && job.recipe.gathersIn8Bits && job.recipe.recompute == .none)
    #expect(job.recipe.overlap.tensor && job.recipe.overlap.parametersWithStep && job.recipe.state == .halfGradients)
    #expect(job.recipe.paddedVocabulary == 129_024)
  }

  @Test("experts, latent attention and selective recompute are read")
  func deepSeek() throws {
    let job = try job("TMB-003")
    #expect(job.architecture.mixture?.experts == 256 && job.architecture.multiTokenPredictionLayers == 1)
    #expect(job.recipe.recompute == .selective([.latentUpProjection]) && job.recipe.state.moments == 4)
    #expect(job.recipe.capture == .step && job.recipe.dispatcher == .deduplicating && job.plan.expert == 64)
    #expect(job.plan.layersByChunk == [4] + .init(repeating: 4, count: 14) + [1])
  }

  @Test("budgets hold on rows that no constant was fitted to, and answers tell the errors of today")
  func budgets() throws {
    let catalog = Catalog()
    let validation = try TrainingValidation(catalog: catalog, workers: 2)
    let limits = try Node.read(path: try #require(catalog.resourcePath("catalog/published/budgets.yaml")))
    let budgets = try TrainingBudget.read(limits)
    #expect(budgets.count >= 2)
    #expect(budgets.flatMap { $0.violations(in: validation) } == [])
    let rank = try #require(validation.rankCorrelation { $0.row.model.hasPrefix("BLOOM") })
    #expect(rank.value > 0.46)
    let memory = validation.summary { $0.isMemory }
    let error = try #require(memory.medianAbsoluteError)
    #expect(error < 0.08)
    let path = try #require(catalog.resourcePath("catalog/published/training-compared.yaml"))
    let compared = try Node.read(path: path).decode(TrainingCompared.self)
    let anew = try TrainingCompared(validation, predictor: TrainingPredictor(catalog: catalog))
    #expect(
      String(decoding: try readBytes(of: path), as: UTF8.self) == anew.yaml,
      "run supernode validate --kind training --format compared > \(path)")
    let rows = validation.summary { $0.isSpeed }
    #expect(compared.groups.reduce(0) { $0 + $1.rows } == rows.covered && compared.groups.count > 10)
  }

  @Test("a broken budget is a sentence, and a row that cannot be is refused with its line")
  func faults() throws {
    var budget = TrainingBudget(name: "all", kind: "training", figures: .speed, medianAbsoluteError: 0.001)
    budget.chip = "NVIDIA A100-SXM-40GB"
    let validation = try TrainingValidation(catalog: Catalog(), every: 20, workers: 2)
    #expect(budget.violations(in: validation).first?.hasPrefix("all: median error") ?? false)
    let text = "id,chip_count,global_batch,micro_batch,metric,value,role\na,8,8,1,iteration time,1,judge\n"
    let table = try CSVTable(text, file: "mine.csv")
    #expect(throws: Problem("mine.csv:2: role", "there is no role 'judge'", wayOut: "use calibrate, validate or shown"))
    {
      try TrainingRow(table.rows[0], file: "mine.csv")
    }
  }
}
