import Costs
import Hardware
import Testing
import Units

@testable import Planning

@Suite struct DeploymentSearchTests {
  @Test(
    "more time for each token never lowers throughput",
    arguments: [
      ("CloudMatrix 384", "CloudMatrix-Infer", NumberFormat.int8, "DeepSeek-R1"),
      ("HGX H20", "DeepEP two-batch", .fp8, "Qwen3-30B-A3B"), ("Atlas 800 A2", "xDeepServe", .int8, "Qwen3-32B"),
    ])
  func monotone(_ system: String, _ engine: String, _ weights: NumberFormat, _ model: String) throws {
    let entry = try Worlds.entry(model, prompt: 4096, output: 512)
    let search = try Worlds.search(Worlds.hardware(system, engine, weights), entry)
    let times = [10.0, 20, 30, 50, 75, 100, 200].map(Seconds.milliseconds)
    let rates = search.verdicts(timesPerOutputToken: times).map { $0.state?.tokensPerSecond ?? 0 }
    // A step grows by whole tiles of an expert's rows, so the largest batch may yield a little less than a smaller one.
    for (rate, before) in zip(rates.dropFirst(), rates) { #expect(rate >= before * 0.99) }
    #expect(rates[4] > 0)
    for (state, time) in zip(
      search.verdicts(timesPerOutputToken: times).compactMap(\.state), times.suffix(rates.filter { $0 > 0 }.count))
    {
      #expect(state.timePerOutputToken <= time)
    }
  }

  @Test("a chip with twice of everything, in half the pauses, serves twice")
  func doubled() throws {
    let entry = try Worlds.entry("Qwen3-32B", prompt: 2048, output: 512)
    var hardware = try Worlds.hardware("HGX H20", "DeepEP two-batch", .fp8, largest: 1)
    let single = try #require(
      Worlds.search(hardware, entry).verdicts(timesPerOutputToken: [.milliseconds(50)])[0].state)
    hardware.machine.chip = hardware.machine.chip.doubled
    hardware.machine.engine.constants.halve()
    let double = try #require(
      Worlds.search(hardware, entry).verdicts(timesPerOutputToken: [.milliseconds(25)])[0].state)
    let ratio = double.tokensPerSecond / single.tokensPerSecond
    // Twice the memory holds more than twice the requests, since the weights stay; the objective is halved too.
    #expect(ratio > 1.99)
    #expect(ratio < 2.4)
  }

  /// 16.5k input and 5.7k output tokens a second on each board of eight, 4,096-token prompts, eight chips prefill,
  /// sixteen decode (lmsys.org, 2025-09-26); attention in FP8.
  @Test("the H20's best published deployment is met within 5%")
  func publishedH20() throws {
    let entry = try Worlds.entry("DeepSeek-R1", prompt: 4096, output: 512, drafts: 1)
    var hardware = try Worlds.hardware("HGX H20", "DeepEP two-batch", .fp8, largest: 16)
    hardware.precision.attention = .fp8
    hardware.precision.keyValue = .fp8
    let verdicts = try Worlds.search(hardware, entry).verdicts(timesPerOutputToken: [.milliseconds(50)])
    let state = try #require(verdicts[0].state)
    #expect(abs(state.prefill.requestsPerSecond * 4096 / 2063 - 1) < 0.05)
    // Prefill makes the first token.
    #expect(abs(state.decode.requestsPerSecond * 511 / 714 - 1) < 0.05)
  }

  @Test("a model too large for the largest instance is rejected with the reason")
  func tooLarge() throws {
    let entry = try Worlds.entry("DeepSeek-R1", prompt: 4096, output: 512)
    let search = try Worlds.search(Worlds.hardware("Atlas 800 A2", "xDeepServe", .int8, largest: 8), entry)
    let verdicts = search.verdicts(timesPerOutputToken: [.milliseconds(50)])
    guard case .rejected(let why) = try #require(verdicts.first) else {
      Issue.record("671 GB do not fit on 512 GB")
      return
    }
    #expect(why.hasPrefix("DeepSeek-R1 does not fit on at most 8 × Ascend 910B"))
  }

  @Test("drafts are left away where attention is bound by compute")
  func drafts() throws {
    let entry = try Worlds.entry("DeepSeek-R1", prompt: 4096, output: 512, drafts: 1)
    let plain = try Worlds.entry("DeepSeek-R1", prompt: 4096, output: 512)
    let hardware = try Worlds.hardware("HGX H20", "DeepEP two-batch", .fp8, largest: 16)
    func rate(_ entry: TokenMix.Entry) throws -> Double {
      let verdict = try Worlds.search(hardware, entry).verdicts(timesPerOutputToken: [.milliseconds(50)])[0]
      return try #require(verdict.state).tokensPerSecond
    }
    #expect(try rate(entry) >= rate(plain))
  }
}

extension Chip {
  /// Twice the rates and the memory.
  fileprivate var doubled: Chip {
    var chip = inBin(peak.bf16.value * 2)
    chip.memory.bandwidth.value = memory.bandwidth.value * 2
    chip.memory.capacity.value = memory.capacity.value * 2
    return chip
  }
}

extension EngineConstants {
  fileprivate mutating func halve() {
    operatorLaunch.value = operatorLaunch.value * 0.5
    microbatchJoin.value = microbatchJoin.value * 0.5
    sampling.value = sampling.value * 0.5
    stepGap.value = stepGap.value * 0.5
  }
}
