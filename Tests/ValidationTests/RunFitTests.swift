import Formats
import Hardware
import Testing
import Units

@testable import Validation

/// Engines' constants on runs whose times the simulation made itself.
@Suite struct RunFitTests {
  private static let header =
    "id,engine,engine_version,model,system,precision,input_tokens,output_tokens,concurrency,tp,ttft_ms,tpot_ms,"
    + "num_prompts_per_concurrency,role"

  /// Small dense runs on two chips; `role` is that of those on the H200.
  private static func lines(_ times: (Int) -> (first: Double, each: Double) = { _ in (100, 10) }, role: String)
    -> String
  {
    var list: [String] = [header]
    for (system, tensor, concurrency) in [
      ("h100_sxm", 1, 1), ("h100_sxm", 1, 8), ("h100_sxm", 4, 1), ("h100_sxm", 4, 8), ("h200_sxm", 1, 1),
      ("h200_sxm", 4, 4),
    ] {
      let (first, each) = times(list.count - 1)
      list.append(
        "r\(list.count),vllm,0.18.0,Llama-3.1-8B,\(system),bf16,512,24,\(concurrency),\(tensor),\(first),\(each),3,"
          + (system == "h200_sxm" ? role : "calibrate"))
    }
    return list.joined(separator: "\n") + "\n"
  }

  private static func read(_ text: String) throws -> [ServingRun] {
    try ServingRun.read(CSVTable(text, file: "r.csv"), file: "r.csv")
  }

  /// The same runs with the times of an engine whose constants are changed.
  private static func simulated(_ change: (inout Engine) -> Void, role: String) throws -> [ServingRun] {
    let runs = try read(lines(role: role))
    var predictor = try RunPredictor(catalog: Catalog(), for: runs)
    var engine = try #require(predictor.engines["vLLM"])
    change(&engine)
    predictor.engines["vLLM"] = engine
    let times = runs.map { RunProblem.times(predictor.predict($0)) }
    return try read(lines({ ((times[$0][1] ?? 0) * 1e3, (times[$0][0] ?? 0) * 1e3) }, role: role))
  }

  private static func problem(_ runs: [ServingRun]) throws -> RunProblem {
    try RunProblem(runs, RunPredictor(catalog: Catalog(), for: runs), EnginePriors.read(Catalog()), 2)
  }

  @Test("constants that runs were simulated with come back: the gap between steps and the front end")
  func recovered() throws {
    let runs = try Self.simulated(
      { engine in
        RunConstant.stepGap.set(1.6, in: &engine)
        RunConstant.frontEnd.set(40, in: &engine)
      }, role: "calibrate")
    let fit = RunFit(try Self.problem(runs))
    let gap = try #require(fit.values.first { $0.constant == .stepGap })
    let front = try #require(fit.values.first { $0.constant == .frontEnd })
    #expect(abs(front.posterior.value / 40 - 1) < 0.2, "\(front.posterior)")
    #expect((gap.posterior.low...gap.posterior.high).contains(1.6) && gap.posterior.value > 1, "\(gap.posterior)")
    #expect(gap.left < 0.8 && front.left < 0.5 && front.engines == ["vLLM"])
    #expect(fit.after.loss < fit.before.loss && fit.after.timePerOutputToken < 0.03)
    // Dense models have no experts.
    let skew = try #require(fit.values.first { $0.constant == .expertSkew })
    #expect(skew.runs == 0 && abs(skew.left - 1) < 1e-6 && abs(skew.posterior.value / skew.prior.value - 1) < 1e-6)
  }

  @Test("what was found is written as files of a catalog that read back as found")
  func files() throws {
    let fit = RunFit(try Self.problem(Self.simulated({ RunConstant.stepGap.set(1.6, in: &$0) }, role: "calibrate")))
    let files = try fit.files(catalog: Catalog(), version: "0")
    #expect(files.map(\.path).contains("engines/vllm.yaml"))
    let text = try #require(files.first { $0.path == "engines/vllm.yaml" }?.text)
    let engine = try Node.parse(text, file: "vllm.yaml").decode(Engine.self)
    for value in fit.values where value.engines.contains("vLLM") {
      let written = try #require(value.constant.value(in: engine))
      #expect(abs(written / value.posterior.value - 1) < 1e-3, "\(value.constant)")
    }
    #expect(engine.constants.stepGap.source.contains("supernode calibrate"))
  }

  @Test("a group left out is never seen: its numbers change nothing of the constants without it")
  func unseen() throws {
    let runs = try Self.simulated({ RunConstant.stepGap.set(1.6, in: &$0) }, role: "calibrate")
    var others = runs
    for index in others.indices where others[index].system == "h200_sxm" {
      others[index].timePerOutputToken?.value = .milliseconds(77)
      others[index].timeToFirstToken?.value = .milliseconds(777)
    }
    let omitted = Set(runs.indices.filter { runs[$0].system == "h200_sxm" })
    let (one, two) = (Refit(try Self.problem(runs)), Refit(try Self.problem(others)))
    #expect(omitted.count == 2 && one.values(omitting: omitted) == two.values(omitting: omitted))
    #expect(one.values(omitting: []) != two.values(omitting: []))
  }

  @Test("scored runs of a chip are predicted without its calibrating ones, and a chip's kernels can be replaced")
  func leaveOut() throws {
    let runs = try Self.simulated({ RunConstant.stepGap.set(1.6, in: &$0) }, role: "validate")
    let calibrating = runs.filter { $0.role == .calibrate }
    let scored = runs.filter { $0.role == .validate }
    let study = try LeaveOut.Study(calibrating, scored: scored, catalog: Catalog(), workers: 2)
    let whole = try LeaveOut(.chip, of: study)
    #expect(whole.groups.map(\.name) == ["NVIDIA H200"] && whole.groups[0].calibrating == 0)
    // No run of the H200 calibrates, so nothing was left out.
    #expect(whole.leftOut == whole.full && whole.groups[0].moved == nil)
    let slow = try LeaveOut(.chip, name: "h200", of: study) { chip in
      var chip = chip
      chip.memory.bandwidth.value = chip.memory.bandwidth.value * 0.5
      return chip
    }
    let (with, without) = (whole.leftOut.timePerOutputToken, slow.leftOut.timePerOutputToken)
    #expect(try #require(without.bias) > #require(with.bias) + 0.2)
    let version = try LeaveOut(.version, of: study)
    #expect(version.groups[0].name == "vllm 0.18.0" && version.groups[0].calibrating == 4)
    #expect(version.groups[0].moved != nil)
    #expect(throws: Problem.self) { try LeaveOut(.chip, name: "B200", of: study) }
  }
}
