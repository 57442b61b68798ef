import Costs
import Formats
import Testing
import Units
import Workloads

@testable import Validation

@Suite struct RunPredictorTests {
  private let header =
    "engine,engine_version,model,system,precision,gemm_precision,moe_precision,input_tokens,output_tokens,concurrency,"
    + "tp,attention_dp,moe_tp,moe_ep,ttft_ms,tpot_ms,kv_cache_dtype,speculation"

  private func run(_ line: String) throws -> ServingRun {
    try ServingRun.read(CSVTable(header + "\n" + line + "\n", file: "r.csv"), file: "r.csv")[0]
  }

  private func times(_ line: String) throws -> (first: Double, each: Double) {
    let run = try run(line)
    let prediction = try RunPredictor(catalog: Catalog(), for: [run]).predict(run)
    guard case .times(let first?, let each, nil) = prediction else {
      Issue.record("\(prediction)")
      return (0, 0)
    }
    return (first.milliseconds, each.milliseconds)
  }

  @Test("a loop of more requests has longer steps and waits, and more throughput")
  func concurrency() throws {
    let few = try times("vllm,0.18.0,Llama-3.1-8B,h100_sxm,bf16,,,512,64,2,1,1,1,1,1,1,,none")
    let many = try times("vllm,0.18.0,Llama-3.1-8B,h100_sxm,bf16,,,512,64,16,1,1,1,1,1,1,,none")
    #expect(many.each > few.each && many.first > few.first)
    #expect(16 / many.each > 2 / few.each)
    // 8.0 billion weights of 16 bits, read once a step at no more than 3,350 GB/s: at least 4.5 ms.
    #expect(few.each > 4.5 && few.each < 9)
  }

  @Test("more chips and smaller weights are faster; drafts too, where they are accepted")
  func shapes() throws {
    let one = try times("trtllm,1.1.0,Llama-3.1-8B,h200_sxm,bf16,,,256,64,4,1,1,1,1,1,1,,none")
    let four = try times("trtllm,1.1.0,Llama-3.1-8B,h200_sxm,bf16,,,256,64,4,4,1,1,1,1,1,,none")
    let small = try times("trtllm,1.1.0,Llama-3.1-8B,h200_sxm,fp8,fp8,fp8,256,64,4,1,1,1,1,1,1,,none")
    #expect(four.each < one.each && small.each < one.each)
    let plain = try times("sglang,0.5.9,DeepSeek-V3,b200_sxm,fp8,fp8,fp8_block,256,64,4,8,1,1,8,1,1,fp8,none")
    let drafts = try times("sglang,0.5.9,DeepSeek-V3,b200_sxm,fp8,fp8,fp8_block,256,64,4,8,1,1,8,1,1,fp8,mtp-2")
    #expect(drafts.each < plain.each)
  }

  @Test("formats are the checkpoint's where a row's columns are as wide: blocks in FP8, MXFP4")
  func formats() throws {
    for (engine, model, columns, weights, experts) in [
      ("trtllm", "deepseek-ai/DeepSeek-R1", "fp8,fp8,fp8", NumberFormat.fp8Block, NumberFormat?.some(.fp8Block)),
      ("sglang", "Qwen/Qwen3.5-397B-A17B", "fp8,fp8,fp8_block", .fp8Block, .fp8Block),
      ("vllm", "Qwen/Qwen3-235B-A22B-FP8", "fp8,fp8,fp8", .fp8Block, .fp8Block),
      // One scale for each tensor, in a file of its own beside the published 16 bits.
      ("vllm", "meta-llama/Llama-3.1-70B", "fp8,fp8,fp8", .fp8, nil),
      ("vllm", "openai/gpt-oss-120b", "fp4,nvfp4,nvfp4", .bf16, .mxfp4),
      // Narrower than the published FP8, and floats where the published file has integers.
      ("trtllm", "deepseek-ai/DeepSeek-R1", "fp4,nvfp4,nvfp4", .bf16, .nvfp4),
      ("vllm", "moonshotai/Kimi-K2.5", "fp4,nvfp4,nvfp4", .bf16, .nvfp4),
    ] {
      let run = try run("\(engine),1,\(model),b200_sxm,\(columns),256,64,4,8,1,1,8,1,1,fp8,none")
      let predictor = try RunPredictor(catalog: Catalog(), for: [run])
      let precision = try predictor.precision(of: run, predictor.architecture(of: run), run.flags.decode)
      #expect(precision.weights == weights && precision.experts == experts, "\(run.model) \(columns): \(precision)")
      #expect(precision.keyValue == .fp8)
    }
  }

  @Test("what cannot be predicted says why")
  func reasons() throws {
    for (line, word) in [
      ("vllm,0.18.0,Unknown-7B,h100_sxm,bf16,,,512,64,2,1,1,1,1,1,1,,none", "Unknown-7B"),
      ("vllm,0.18.0,Llama-3.1-8B,abacus,bf16,,,512,64,2,1,1,1,1,1,1,,none", "abacus"),
      ("lmdeploy,0.1,Llama-3.1-8B,h100_sxm,bf16,,,512,64,2,1,1,1,1,1,1,,none", "lmdeploy"),
      ("vllm,0.18.0,Llama-3.1-8B,h100_sxm,fp3,,,512,64,2,1,1,1,1,1,1,,none", "fp3"),
      ("vllm,0.18.0,Llama-3.1-405B,h100_sxm,bf16,,,512,64,2,1,1,1,1,1,1,,none", "does not fit"),
    ] {
      let run = try run(line)
      guard case .unsupported(let why) = try RunPredictor(catalog: Catalog(), for: [run]).predict(run) else {
        Issue.record("\(line)")
        continue
      }
      #expect(why.contains(word), "\(why)")
    }
  }

  @Test("lengths are drawn from the share to the nominal ones; as many requests as asked")
  func lengths() throws {
    let run = try run("vllm,0.18.0,Llama-3.1-8B,h100_sxm,bf16,,,1000,100,8,1,1,1,1,1,1,,none")
    var loop = ClosedLoop(run, requests: 2000, seed: .init(1))
    var batch = RequestBatch()
    var prompts: [Int] = []
    var outputs: [Int] = []
    while try loop.read(into: &batch) {
      prompts += batch.promptTokens.map(Int.init)
      outputs += batch.outputTokens.map(Int.init)
    }
    #expect(prompts.count == 2000)
    #expect(prompts.allSatisfy { (800...1000).contains($0) } && outputs.allSatisfy { (80...100).contains($0) })
    // Mean 900 ± 4 standard errors of a uniform draw: 200/√12/√2000 = 1.3.
    let mean = Double(prompts.reduce(0, +)) / 2000
    #expect(abs(mean - 900) < 5.2)
  }

  @Test("the same bytes from one worker and from two")
  func workers() throws {
    let runs = try [4, 8, 2].map {
      try run("vllm,0.18.0,Llama-3.1-8B,h100_sxm,bf16,,,256,32,\($0),1,1,1,1,1,1,,none")
    }
    var own = runs
    for index in own.indices { own[index].id = "\(index)" }
    let one = try RunValidation(own, catalog: Catalog(), workers: 1).csv
    #expect(try RunValidation(own, catalog: Catalog(), workers: 2).csv == one)
  }

  @Test(
    "dense models on H100 and H200: half of the steps within 12%, half of the first tokens within 30%, none missing")
  func denseOnHopper() throws {
    let path = try #require(Catalog().resourcePath("catalog/published/serving-runs-gpu.csv"))
    let all = try ServingRun.read(path: path).filter {
      $0.role == .validate && $0.mode == .aggregated && $0.concurrency <= 32
        && ["h100_sxm", "h200_sxm"].contains($0.system)
        && ($0.modelName.hasPrefix("Llama") || $0.modelName == "Qwen3-32B")
    }
    // All runs are held to their budgets by the program; every sixth stands for them here.
    let some = stride(from: 0, to: all.count, by: 6).map { all[$0] }
    let validation = try RunValidation(some, catalog: Catalog(), workers: 2)
    let each = validation.summary(.timePerOutputToken)
    let first = validation.summary(.timeToFirstToken)
    #expect(each.rows > 30 && each.covered == each.rows && first.covered == first.rows)
    #expect(try #require(each.medianAbsoluteError) <= 0.12)
    #expect(try #require(first.medianAbsoluteError) <= 0.30)
  }
}
