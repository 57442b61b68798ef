import Formats
import Testing
import Units

@testable import Validation

@Suite struct AblationTests {
  private static let header =
    "id,engine,engine_version,model,system,precision,gemm_precision,moe_precision,input_tokens,output_tokens,"
    + "concurrency,tp,attention_dp,moe_tp,moe_ep,ttft_ms,tpot_ms,kv_cache_dtype,speculation,"
    + "attention_dp_balance_iters,scheduler_recv_interval,num_prompts_per_concurrency"

  private static let lines = [
    "vllm,vllm,0.18.0,Llama-3.1-8B,h100_sxm,bf16,,,512,16,1,1,1,1,1,50,8,,none,,,10",
    "trt,trtllm,1.1.0,DeepSeek-V3,b200_sxm,fp8,fp8,fp8_block,256,16,16,1,8,1,8,200,20,fp8,none,50,,2",
    "sglang,sglang,0.5.9,DeepSeek-V3,b200_sxm,fp8,fp8,fp8_block,256,32,4,8,1,1,8,100,8,fp8,mtp-2,,30,2",
    "wide,trtllm,1.1.0,DeepSeek-V3,h100_sxm,fp8,fp8,fp8_block,256,16,16,1,16,1,16,200,20,fp8,none,50,,2",
  ]

  private static let runs = Result { try read(lines) }

  private static func read(_ lines: [String]) throws -> [ServingRun] {
    try ServingRun.read(CSVTable(([header] + lines).joined(separator: "\n") + "\n", file: "r.csv"), file: "r.csv")
  }

  /// Of the run of an id without a mechanism, or with all.
  private func times(_ id: String, without mechanism: Mechanism? = nil) throws -> (first: Double, each: Double) {
    var run = try #require(try Self.runs.get().first { $0.id == id })
    var predictor = try RunPredictor(catalog: Catalog(), for: [run])
    if let mechanism {
      predictor = predictor.without(mechanism)
      mechanism.remove(from: &run)
    }
    guard case .times(let first?, let each, _) = predictor.predict(run) else {
      Issue.record("\(id) without \(mechanism?.rawValue ?? "nothing") has no prediction")
      return (0, 0)
    }
    return (first.milliseconds, each.milliseconds)
  }

  @Test("without the front end a lone request's first token comes earlier by its constant and its time per token")
  func frontEnd() throws {
    let rule = try #require(try Catalog().engine("vLLM").execution?.frontEnd)
    let gain = try times("vllm").first - times("vllm", without: .frontEnd).first
    // Prompts have 0.8 to 1 of 512 tokens.
    let each = rule.perPromptToken.value.milliseconds
    #expect(gain > rule.constant.value.milliseconds + 409 * each)
    #expect(gain < rule.constant.value.milliseconds + 512 * each)
    #expect(try abs(times("vllm").each - times("vllm", without: .frontEnd).each) < 1e-9)
  }

  @Test("without the gap between steps a lone request's token comes earlier by that gap")
  func gap() throws {
    let gap = try Catalog().engine("vLLM").constants.stepGap.value.milliseconds
    #expect(try abs(times("vllm").each - times("vllm", without: .stepGap).each - gap) < 1e-3)
  }

  @Test("what costs time makes nothing slower when it is taken out, and what saves time nothing faster")
  func directions() throws {
    let whole = try times("sglang")
    for cost in [Mechanism.operatorLaunch, .elementwise, .hostPerRequest, .sampling, .collectivesInService] {
      let without = try times("sglang", without: cost)
      #expect(without.each <= whole.each && without.each > 0, "\(cost)")
    }
    // Whole experts on eight dies, one of which is waited for; and their tokens in order.
    for cost in [Mechanism.busiestExperts, .expertOrdering] {
      #expect(try times("sglang", without: cost).each < whole.each, "\(cost)")
    }
    for saving in [Mechanism.graphs, .speculation] {
      #expect(try times("sglang", without: saving).each > whole.each, "\(saving)")
    }
    let share = try #require(try Catalog().engine("SGLang").execution).launch.startupShare.value
    let isolated = try times("sglang", without: .startupShare).each
    #expect(share < 1 ? isolated > whole.each : isolated == whole.each)
    // All tokens gathered on sixteen ranks of two boards; and two boards that are one.
    #expect(try times("wide", without: .wideExchange).each != times("wide").each)
    #expect(try times("wide", without: .betweenNodes).each < times("wide").each)
  }

  @Test("without any mechanism every kind of run still has a prediction", arguments: Mechanism.allCases)
  func all(_ mechanism: Mechanism) throws {
    for id in ["vllm", "trt", "wide"] {
      let found = try times(id, without: mechanism)
      #expect(found.first > 0 && found.each > 0, "\(id)")
    }
  }

  @Test("the table counts runs and runs that change, and is the same on any number of threads")
  func table() throws {
    let runs = try Self.runs.get()
    let mechanisms: [Mechanism] = [.speculation, .balance, .frontEnd]
    let one = try Ablation(runs, without: mechanisms, catalog: Catalog(), workers: 1)
    #expect(try one == Ablation(runs, without: mechanisms, catalog: Catalog(), workers: 3))
    #expect(one.whole.together.timePerOutputToken.runs == 4 && one.whole.apart.timePerOutputToken.runs == 0)
    #expect(one.rows.map(\.mechanism) == mechanisms)
    // One run has drafts; every run has a front end.
    #expect(one.rows[0].changedRuns == 1 && one.rows[2].changedRuns == 4)
    #expect(one.rows[0].changedWith.together.timePerOutputToken.runs == 1)
    #expect(one.rows[0].changedWithout.together.timePerOutputToken.bias ?? -1 > 0)
    // A line of the heading, and six of all mechanisms and of each without one.
    #expect(one.csv.split(separator: "\n").count == 1 + 6 * 4)
  }

  @Test("names are found in any case, and each has words")
  func names() {
    #expect(Mechanism(named: "startupshare") == .startupShare && Mechanism(named: "each") == nil)
    for mechanism in Mechanism.allCases { #expect(mechanism.title.contains(": "), "\(mechanism)") }
  }
}
