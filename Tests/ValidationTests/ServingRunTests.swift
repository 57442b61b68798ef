import Formats
import Testing
import Units

@testable import Validation

/// The built-in runs, read once for all tests.
private let runs = Result { () throws -> [ServingRun] in
  let path = try #require(Catalog().resourcePath("catalog/published/serving-runs-gpu.csv"))
  return try ServingRun.read(path: path)
}

@Suite struct EngineShapeTests {
  /// tensor, attention data, MoE tensor, MoE expert as printed; nil is an empty cell.
  private func shape(_ tensor: Int?, _ data: Int?, _ expertTensor: Int?, _ expert: Int?) -> EngineShape {
    EngineShape(
      aggregated: ParallelColumns(tensor: tensor, attentionData: data, expertTensor: expertTensor, expert: expert))
  }

  @Test("widths that multiply to their square are one engine with its experts spread out")
  func squares() {
    // 4 x 4 = 16: four chips.
    #expect(shape(16, 1, 4, 4) == EngineShape(chips: 4, tensor: 4, expert: 4))
    // 8 x 8 = 64, requests of their own on each of eight.
    #expect(shape(1, 64, 8, 8) == EngineShape(chips: 8, tensor: 1, attentionData: 8, expert: 8))
    // Not a square of the wider one: as written.
    #expect(shape(8, 1, 2, 4) == EngineShape(chips: 8, tensor: 8, expertTensor: 2, expert: 4))
  }

  @Test("attention data parallel equal to tensor with experts squared is a run without it")
  func repeated() {
    #expect(shape(4, 4, 1, 16) == EngineShape(chips: 4, tensor: 4, expert: 4))
    #expect(shape(2, 2, 1, 4) == EngineShape(chips: 2, tensor: 2, expert: 2))
  }

  @Test("experts on more chips than tensor parallel has mean groups with requests of their own")
  func groups() {
    #expect(shape(1, nil, 1, 8) == EngineShape(chips: 8, tensor: 1, attentionData: 8, expert: 8))
    #expect(
      shape(2, nil, 2, 4) == EngineShape(chips: 8, tensor: 2, attentionData: 4, expertTensor: 2, expert: 4))
    #expect(shape(4, nil, 2, 2) == EngineShape(chips: 4, tensor: 4, expertTensor: 2, expert: 2))
  }

  @Test("everything else is as written")
  func written() {
    #expect(shape(2, nil, nil, nil) == EngineShape(chips: 2, tensor: 2))
    #expect(shape(1, 4, 4, 1) == EngineShape(chips: 4, tensor: 1, attentionData: 4, expertTensor: 4))
    #expect(shape(8, 1, 8, 1) == EngineShape(chips: 8, tensor: 8, expertTensor: 8))
  }

  @Test("a worker with attention data parallel equal to a MoE tensor above 8 spreads its experts over all ranks")
  func workers() {
    let wide = EngineShape(worker: ParallelColumns(tensor: 1, attentionData: 32, expertTensor: 32, expert: 1))
    #expect(wide == EngineShape(chips: 32, tensor: 1, attentionData: 32, expert: 32))
    let small = EngineShape(worker: ParallelColumns(tensor: 1, attentionData: 8, expertTensor: 8, expert: 1))
    #expect(small == EngineShape(chips: 8, tensor: 1, attentionData: 8, expertTensor: 8))
  }

  @Test("the rule gives what the file says of every engine whose columns decide")
  func ofTheFile() throws {
    let path = try #require(Catalog().resourcePath("catalog/published/serving-runs-gpu.csv"))
    let table = try CSVTable.read(path: path)
    let columns = Dictionary(uniqueKeysWithValues: table.header.enumerated().map { ($1, $0) })
    var compared = 0
    for row in table.rows {
      let record = RunRecord(row: row, columns: columns, file: "runs.csv")
      guard record["engine_shape_basis"] == "columns", let chips = try record.optionalCount("engine_gpus") else {
        continue
      }
      let shape = EngineShape(aggregated: try record.columns(""))
      #expect(shape.chips == chips, "\(record.place)")
      #expect(shape.attentionData == (try record.optionalCount("engine_attention_dp")), "\(record.place)")
      // Two groups of tensor parallel were printed as the product; a dense model has no experts to spread.
      #expect(shape.tensor == (try record.optionalCount("engine_tp")), "\(record.place)")
      if let expert = try record.optionalCount("engine_moe_ep") { #expect(shape.expert == expert, "\(record.place)") }
      compared += 1
    }
    #expect(compared == 1757)
  }
}

@Suite struct ServingRunTests {
  private func read(_ header: String, _ line: String) throws -> ServingRun {
    try ServingRun.read(CSVTable(header + "\n" + line + "\n", file: "runs.csv"), file: "runs.csv")[0]
  }

  @Test("the built-in file has 2,307 runs: 1,553 to be scored, 623 that calibrate, 131 that cannot be read")
  func counts() throws {
    let runs = try runs.get()
    #expect(runs.count == 2307)
    #expect(runs.filter { $0.role == .validate }.count == 1553)
    #expect(runs.filter { $0.role == .calibrate }.count == 623)
    #expect(runs.filter { $0.role == .shown }.count == 131)
    #expect(runs.allSatisfy { ($0.role == .shown) == !$0.reading.isScored })
    // Of 253 rows without worker counts 104 have them in the benchmark's own configuration.
    let incomplete = runs.filter { !$0.isComplete }
    #expect(incomplete.count == 253 - 104)
    #expect(runs.filter { $0.role == .validate && $0.mode == .aggregated }.count == 1371)
  }

  @Test("whole groups of engine, machine, model and mode have one role")
  func groups() throws {
    var roles: [String: ServingRun.Role] = [:]
    for run in try runs.get() where run.role != .shown {
      let group = "\(run.engine) \(run.system) \(run.model) \(run.mode)"
      #expect(roles[group, default: run.role] == run.role, "\(run.place)")
      roles[group] = run.role
    }
    #expect(roles.count > 40)
  }

  @Test("a file of the needed columns alone is read: the rule decides the shape, no drafts, to be scored")
  func bareFile() throws {
    let run = try read(
      "engine,model,system,input_tokens,output_tokens,concurrency,tp,attention_dp,moe_tp,moe_ep,tpot_ms",
      "vllm,org/Model,h100_sxm,1024,512,8,16,1,4,4,12.5")
    #expect(run.id == "line 2")
    #expect(run.engineShape == EngineShape(chips: 4, tensor: 4, expert: 4))
    #expect(run.role == .validate && run.reading == .asIs && run.flags.draftTokens == 0)
    #expect(run.mode == .aggregated && run.isComplete && run.timeToFirstToken == nil)
    #expect(run.timePerOutputToken?.value == .milliseconds(12.5))
    #expect(run.flags.shortestShare == 0.8 && run.flags.promptsPerConcurrency == 10)
  }

  @Test("seconds under the names of milliseconds, and times of tokens that do not exist, are refused")
  func impossibleTimes() {
    let header = "engine,model,system,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms"
    for (line, words) in [
      ("vllm,org/Model,h100_sxm,1024,128,8,1,95,0.0081", "milliseconds, not seconds"),
      ("vllm,org/Model,h100_sxm,1024,128,8,1,0.095,8.1", "milliseconds, not seconds"),
      ("vllm,org/Model,h100_sxm,1024,1,8,1,95,8.1", "an answer of one token"),
    ] {
      #expect("\(#expect(throws: Problems.self) { try read(header, line) }, default: "")".contains(words), "\(line)")
    }
    #expect((try? read(header, "vllm,org/Model,h100_sxm,1024,1,8,1,95,"))?.outputTokens == 1)
  }

  @Test("flags of the two phases stand in one cell")
  func phases() throws {
    let run = try read(
      "engine,model,system,mode,input_tokens,output_tokens,concurrency,tpot_ms,max_num_batched_tokens,cuda_graph,"
        + "memory_fraction,speculation,complete,repeats,prefill_tp,decode_tp,launch_prefill_workers,"
        + "launch_prefill_gpus,launch_prefill_attention_dp,launch_prefill_moe_ep,launch_decode_workers,"
        + "launch_decode_gpus,launch_decode_attention_dp,launch_decode_moe_ep",
      "trtllm,org/Model,gb200,disagg,1024,512,64,12.5,8320/256,eager/full,/0.9,mtp-2,no,1,4,1,2,4,4,4,1,32,32,32")
    #expect(run.flags.prefill.maxBatchedTokens == 8320 && run.flags.decode.maxBatchedTokens == 256)
    #expect(run.flags.prefill.graph == .eager && run.flags.decode.graph == .full)
    #expect(run.flags.prefill.memoryShare == nil && run.flags.decode.memoryShare == 0.9)
    #expect(run.flags.draftTokens == 2)
    // Two prefill engines of four chips, one of 32 for decode: complete by the launch columns.
    #expect(run.isComplete && run.chips == 40)
    #expect(run.decode?.shape == EngineShape(chips: 32, tensor: 1, attentionData: 32, expert: 32))
  }

  @Test("a fault is a sentence with its place, and all are collected")
  func faults() throws {
    let header = "engine,model,system,input_tokens,output_tokens,concurrency,tpot_ms,role"
    let text = header + "\nvllm,M,h100_sxm,0,512,8,12,validate\nvllm,M,h100_sxm,10,512,8,,mine\n"
    do {
      _ = try ServingRun.read(CSVTable(text, file: "runs.csv"), file: "runs.csv")
      Issue.record("both lines have a fault")
    } catch let problems as Problems {
      #expect(problems.list.count == 2)
      #expect("\(problems)".contains("runs.csv:2: input_tokens"))
    }
  }

  @Test("throughput is concurrency over the time of a request, per chip")
  func throughput() throws {
    let run = try read(
      "engine,model,system,input_tokens,output_tokens,concurrency,tp,tpot_ms", "vllm,M,h100_sxm,1000,101,8,2,10")
    // A request takes 1 s + 100 x 10 ms = 2 s: 8 x 101 / 2 s over two chips.
    let value = try #require(run.throughputPerChip(first: .seconds(1), each: .milliseconds(10)))
    #expect(abs(value - 202) < 1e-9)
  }
}

@Suite struct RunOutcomeTests {
  private func outcomes(_ prediction: RunPrediction, role: String = "validate", reading: String = "as-is") throws
    -> [RunOutcome]
  {
    let header = "engine,model,system,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms,role,reading"
    let line = "vllm,M,h100_sxm,1000,101,8,2,1000,10,\(role),\(reading)"
    let run = try ServingRun.read(CSVTable(header + "\n" + line + "\n", file: "r.csv"), file: "r.csv")[0]
    return RunOutcome.all(run, prediction, chip: "NVIDIA H100", isDense: true)
  }

  @Test("a run gives three metrics, each with its status by role and reading")
  func statuses() throws {
    let times = RunPrediction.times(first: .seconds(1.1), each: .milliseconds(9))
    let scored = try outcomes(times)
    #expect(scored.map(\.metric) == [.timePerOutputToken, .timeToFirstToken, .throughput])
    #expect(scored.map(\.status) == [.scored, .scored, .scored])
    #expect(abs((scored[0].signedError ?? 0) + 0.1) < 1e-12)
    // 1 + 100 x 0.01 = 2 s measured, 1.1 + 100 x 0.009 = 2 s predicted.
    #expect(abs(scored[2].signedError ?? 1) < 1e-12)
    #expect(try outcomes(times, role: "calibrate").allSatisfy { $0.status == .calibrated })
    #expect(try outcomes(times, role: "shown", reading: "inconsistent").allSatisfy { $0.status == .unsupported })
    #expect(try outcomes(times, reading: "inconsistent").map(\.reason).first == "inconsistent")
    let assumed = RunPrediction.times(first: nil, each: .milliseconds(9), assumption: "shape")
    #expect(try outcomes(assumed).map(\.status) == [.assumed, .unsupported, .unsupported])
    #expect(try outcomes(.unsupported("why")).allSatisfy { $0.reason == "why" && $0.predicted == nil })
  }

  @Test("headlines count runs to be scored alone; runs that calibrate stand apart")
  func summaries() throws {
    let mine = try outcomes(.times(first: .seconds(1), each: .milliseconds(11)))
    let fitted = try outcomes(
      .times(first: .seconds(1), each: .milliseconds(20)), role: "calibrate")
    let all = (mine + fitted).filter { $0.metric == .timePerOutputToken }
    let scored = RunSummary(all)
    #expect(scored.rows == 1 && scored.covered == 1 && scored.fileRows == 2)
    #expect(abs((scored.medianAbsoluteError ?? 0) - 0.1) < 1e-12)
    #expect(abs((RunSummary(all, role: .calibrate).bias ?? 0) - 1) < 1e-12)
  }

  @Test("a budget of runs names what breaks it")
  func budgets() throws {
    let text =
      "[{ name: mine, kind: runs, metric: TPOT, chips: [NVIDIA H100], dense: true, "
      + "medianAbsoluteError: 0.05, coverage: 1 }]"
    let budget = try #require(try RunBudget.read(Node.parse(text, file: "b.yaml")).first)
    var validation = try RunValidation([], catalog: Catalog(), workers: 1)
    #expect(budget.violations(in: validation) == ["mine: no run to be scored belongs to this budget"])
    validation.outcomes = try outcomes(.times(first: .seconds(1), each: .milliseconds(10.4)))
    #expect(budget.violations(in: validation) == [])
    validation.outcomes = try outcomes(.times(first: .seconds(1), each: .milliseconds(11)))
    #expect(budget.violations(in: validation) == ["mine: median error 10% is above its budget of 5%"])
    validation.outcomes = try outcomes(.unsupported("why"))
    #expect(budget.violations(in: validation).count == 2)
    #expect(try Budget.read(Node.parse(text, file: "b.yaml")).isEmpty)
  }
}
