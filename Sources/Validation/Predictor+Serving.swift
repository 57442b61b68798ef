import Costs
import Hardware
import Units

extension Predictor {
  func serving(_ row: PublishedRow) throws -> Prediction {
    if let prediction = try served(row) { return prediction }
    if row.source.contains("2511.22481") { throw unsupported("lengths and deployment are not published") }
    switch row.metric {
    case "prefill throughput per accelerator": return try prefillThroughput(row)
    case "prefill throughput per TFLOPS", "decode throughput per TFLOPS":
      throw unsupported("the throughput row of the same measurement in other words")
    case "prefill throughput incl. cache hits": throw unsupported("prompt length and batch are not published")
    case "TPOT": return try timePerOutputToken(row)
    case "decode iteration time":
      return try decodeStep(row) { model, requests, context in
        model.observe(.iteration, requests: requests, context: context) * 1e3
      }
    case "scheduling gap between iterations": return .value(try engine(of: row).constants.stepGap.value.milliseconds)
    case "decode throughput per accelerator", "decode throughput per NPU", "decode throughput per chip":
      return try decodeStep(row) { model, requests, context in
        requests * Double(model.ranks) / Double(model.chips)
          / model.observe(.timePerOutputToken, requests: requests, context: context)
      }
    case "system decode throughput":
      return try decodeStep(row) { model, requests, context in
        requests * Double(model.ranks) / model.observe(.timePerOutputToken, requests: requests, context: context)
      }
    case "tokens per step": return try tokensPerStep(row)
    case "MTP acceptance, low", "MTP acceptance, high", "graph launch jitter, worst case":
      throw unsupported("an input that scenarios give, not a result")
    default:
      if row.unit == "%" { return try ablation(row) }
      throw unsupported("'\(row.metric)' is not modelled yet")
    }
  }

  /// Ranks that a row does not state, as the sources' public deployments have them: 32 in prefill, 128 in decode.
  func chips(of row: PublishedRow, _ phase: Phase) -> Int {
    Int(row.chipCount ?? (phase == .prefill ? 32 : 128))
  }

  // MARK: Prefill

  /// Prompts of one length that fill a batch of `batch_per_chip` tokens on each chip; tokens per second and chip.
  private func prefillThroughput(_ row: PublishedRow) throws -> Prediction {
    guard let prompt = row.inputTokens, let batch = row.batchPerChip else {
      throw unsupported("prompt length or batch are not published")
    }
    let ideal = row.system.contains("perfect EPLB") ? 1.0 : nil
    let model = try stepModel(.prefill, of: row, chips: chips(of: row, .prefill), Variation(expertSkew: ideal))
    return .value(try batch / prefillTime(model, batch: batch, prompt: prompt, reuse: 0).value)
  }

  /// One batch of equal prompts with a share `reuse` of each in the cache.
  func prefillTime(_ model: StepModel, batch: Double, prompt: Double, reuse: Double) throws -> Seconds {
    guard prompt >= 1 else { throw unsupported("a prompt has less than a token") }
    let groups = Double(model.ranks)
    let tokens = batch * Double(model.chips) / groups
    let requests = tokens / prompt
    let new = prompt * (1 - reuse)
    let cached = prompt * reuse
    return model.prefillTime(
      newTokens: requests * new, attentionPairs: requests * new * (cached + (new + 1) / 2),
      cachedTokens: requests * cached, requests: max(1, Int(requests)))
  }

  // MARK: Decode

  /// The mean context of a request: its prompt, and half of its output where the row gives one.
  func context(of row: PublishedRow) -> Double? { row.inputTokens.map { $0 + (row.outputTokens ?? 0) / 2 } }

  private func hasSimulatedDrafts(_ row: PublishedRow) -> Bool { row.system.contains("simulated MTP") }

  func draftTokens(of row: PublishedRow) -> Int { Int(row.number("mtp") ?? (hasSimulatedDrafts(row) ? 1 : 0)) }

  private func decodeStep(
    _ row: PublishedRow, _ observe: (StepModel, Double, Double) -> Double
  ) throws -> Prediction {
    guard let batch = row.batchPerChip, let context = context(of: row) else {
      throw unsupported("the batch is not published")
    }
    let variation = Variation(
      microbatching: row["mode"] == "colocated MoE-attention" ? false : nil, draftTokens: draftTokens(of: row),
      acceptance: row.number("accept") ?? (hasSimulatedDrafts(row) ? 0.7 : 0))
    let model = try stepModel(.decode, of: row, chips: chips(of: row, .decode), variation)
    let requests = batch * Double(model.chips) / Double(model.ranks)
    return .value(observe(model, requests, context))
  }

  private func timePerOutputToken(_ row: PublishedRow) throws -> Prediction {
    try decodeStep(row) { model, requests, context in
      model.observe(.timePerOutputToken, requests: requests, context: context) * 1e3
    }
  }

  /// Tokens a step at the acceptance that the row gives; a row without one states a result that scenarios take as
  /// input.
  private func tokensPerStep(_ row: PublishedRow) throws -> Prediction {
    guard let acceptance = row.number("accept"), let layers = row.number("mtp_layers") else {
      throw unsupported("acceptance is an input of a scenario; the row publishes no other")
    }
    var tokens = 1.0
    var reach = 1.0
    for _ in 0..<Int(min(layers, 1000)) {
      reach *= acceptance
      tokens += reach
    }
    return .value(tokens)
  }

  // MARK: What a part of the engine is worth

  private func ablation(_ row: PublishedRow) throws -> Prediction {
    guard row.system.hasPrefix("CloudMatrix") else {
      throw unsupported("batch, context and deployment are not published")
    }
    let isPrefill = row["phase"] == "prefill"
    switch row.metric {
    case "decode throughput gain": return try microbatchGain(row)
    case "decode per-layer latency change from microbatching":
      return .value(-100 * (1 - 1 / (1 + (try gain(row, batch: row.batchPerChip ?? 96)))))
    case "prefill throughput gain from microbatching, low end", "prefill throughput gain from microbatching, high end":
      let gains = try [1024.0, 2048, 4096, 8192].map { try prefillGain(row, prompt: $0) }
      guard let low = gains.min(), let high = gains.max() else { throw unsupported("no prompt length") }
      return .value(100 * (row.metric.hasSuffix("low end") ? low : high))
    case "prefill per-layer latency change from microbatching" where isPrefill:
      return .value(-100 * (1 - 1 / (1 + (try prefillGain(row, prompt: row.inputTokens ?? 4096)))))
    case "decode throughput gain from MTP, low end", "decode throughput gain from MTP, high end":
      let engine = try engine(of: row)
      guard let range = engine.validity?.requestsPerChip, let low = range.first, let high = range.last else {
        throw unsupported("the batch is not published")
      }
      return .value(100 * (try draftGain(row, batch: Double(row.metric.hasSuffix("low end") ? high : low))))
    case "per-layer latency increase from MTP": return try draftLayerIncrease(row)
    default: throw unsupported("'\(row.metric)' is not modelled yet")
    }
  }

  private func microbatchGain(_ row: PublishedRow) throws -> Prediction {
    guard let batch = row.batchPerChip else { throw unsupported("the batch is not published") }
    return .value(100 * (try gain(row, batch: batch)))
  }

  /// Speed-up of decode from two microbatches, one draft token as in the paper's deployment.
  private func gain(_ row: PublishedRow, batch: Double) throws -> Double {
    let context = row.inputTokens ?? 4096
    func time(_ on: Bool) throws -> Double {
      let model = try stepModel(
        .decode, of: row, chips: chips(of: row, .decode),
        Variation(microbatching: on, draftTokens: 1, acceptance: 0.7))
      let requests = batch * Double(model.chips) / Double(model.ranks)
      return model.observe(.timePerOutputToken, requests: requests, context: context)
    }
    return try time(false) / time(true) - 1
  }

  private func prefillGain(_ row: PublishedRow, prompt: Double) throws -> Double {
    func time(_ on: Bool) throws -> Seconds {
      let model = try stepModel(.prefill, of: row, chips: chips(of: row, .prefill), Variation(microbatching: on))
      return try prefillTime(model, batch: row.batchPerChip ?? 16_384, prompt: prompt, reuse: 0)
    }
    return try time(false) / time(true) - 1
  }

  private func draftGain(_ row: PublishedRow, batch: Double) throws -> Double {
    func time(_ drafts: Int) throws -> Double {
      let model = try stepModel(
        .decode, of: row, chips: chips(of: row, .decode), Variation(draftTokens: drafts, acceptance: 0.7))
      let requests = batch * Double(model.chips) / Double(model.ranks)
      return model.observe(.timePerOutputToken, requests: requests, context: row.inputTokens ?? 4096)
    }
    return try time(0) / time(1) - 1
  }

  private func draftLayerIncrease(_ row: PublishedRow) throws -> Prediction {
    func time(_ drafts: Int) throws -> Double {
      let model = try stepModel(
        .decode, of: row, chips: chips(of: row, .decode), Variation(draftTokens: drafts, acceptance: 0.7))
      let requests = (row.batchPerChip ?? 96) * Double(model.chips) / Double(model.ranks)
      return model.observe(.layer, requests: requests, context: row.inputTokens ?? 4096)
    }
    return .value(100 * (try time(1) / time(0) - 1))
  }
}
