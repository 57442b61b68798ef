import Costs
import Hardware
import Units
import Workloads

extension Predictor {
  func operators(_ row: PublishedRow) throws -> Prediction {
    switch row.metric {
    case "dispatch latency", "combine latency": return try exchange(row)
    case "compute utilisation": return try utilisation(row)
    case "achieved HBM bandwidth": return try achievedBandwidth(row)
    case "dispatch buffer per die", "combine buffer per die": return try buffer(row)
    case "per-layer time of one microbatch", "decode per-layer latency": return try layer(row)
    case "graph launch latency":
      return .value(try catalog.engine("CloudMatrix-Infer").constants.stepGap.value.milliseconds)
    case "share of decode iteration": return try share(row)
    case "hottest expert load over mean", "experts above mean load":
      throw unsupported("a fact of one layer on one data set; the model takes one skew for all layers")
    case "MoE forward latency gain from EPLB":
      throw unsupported("the skew without balancing, and the batch, are not published")
    default:
      if row.metric.hasPrefix("dispatch latency in service") { return try inService(row, .dispatchInService) }
      if row.metric.hasPrefix("combine latency in service") { return try inService(row, .combineInService) }
      if row.metric.hasPrefix("achieved dense FP16") {
        let chip = try catalog.chip(system(of: row).chip)
        let bin = chip.bins?.first.map { row.chip.contains("910B") ? $0 : chip.peak.bf16.value } ?? chip.peak.bf16.value
        return .value(bin.teraFLOPsPerSecond * (row.chipCount ?? 1))
      }
      throw unsupported("'\(row.metric)' is not modelled yet")
    }
  }

  /// An isolated exchange of tokens with their experts.
  private func exchange(_ row: PublishedRow) throws -> Prediction {
    guard let ranks = row.number("ep"), let tokens = row.number("tokens_per_rank") else {
      throw unsupported("ranks or tokens are missing")
    }
    let architecture = try architecture(of: row)
    let system = try system(of: row)
    let fabric = try Fabric(system, chip: catalog.chip(system.chip))
    guard let mixture = architecture.mixture,
      let time = fabric.exchange(
        row.metric.hasPrefix("dispatch") ? .dispatch : .combine, tokens: tokens, hidden: architecture.hiddenSize,
        expertsPerToken: mixture.expertsPerToken, ranks: Int(ranks))
    else { throw unsupported("no exchange between experts is described for \(system.name)") }
    return .value(time.total.microseconds)
  }

  private func utilisation(_ row: PublishedRow) throws -> Prediction {
    let system = try system(of: row)
    let chip = try catalog.chip(system.chip)
    if row["regime"] != nil { return .value(chip.efficiency.attention.value * 100) }
    guard let rows = row.number("M"), let columns = row.number("N"), let depth = row.number("K") else {
      throw unsupported("the shape of the product is missing")
    }
    // Any plan will do: the product is one kernel on one die.
    var whole = row
    whole.system = "CloudMatrix-Infer"
    whole.model = "DeepSeek-R1"
    whole.precision = "INT8"
    let model = try stepModel(.decode, of: whole, chips: 160, Variation())
    return .value(100 * model.matrixUtilisation(rows: Int(rows), depth: Int(depth), columns: Int(columns)))
  }

  private func achievedBandwidth(_ row: PublishedRow) throws -> Prediction {
    guard row["regime"] == "memory-bound" else {
      throw unsupported("follows from the utilisation row; traffic between tiles and memory is not modelled")
    }
    let chip = try catalog.chip(system(of: row).chip)
    let share = chip.memory.bandwidth.value / Double(chip.dies.value) * chip.efficiency.memory.value
    return .value(share.gigabytesPerSecond)
  }

  /// Ranks · tokens · message, in binary megabytes as the paper counts them.
  private func buffer(_ row: PublishedRow) throws -> Prediction {
    guard let ranks = row.number("ep"), let tokens = row.number("max_tokens"), let message = row.number("msg_KB") else {
      throw unsupported("ranks, tokens or message are missing")
    }
    let model = try stepModel(.decode, of: asCloudMatrix(row), chips: Int(row.chipCount ?? ranks / 2), Variation())
    let size = model.exchangeBuffer(ranks: Int(ranks), tokens: Int(tokens), experts: 1, message: Bytes(message * 1024))
    return .value(size.value / 1_048_576)
  }

  /// Rows of the paper's operator tables name the system, not the engine.
  private func asCloudMatrix(_ row: PublishedRow) -> PublishedRow {
    var row = row
    if row.precision.hasPrefix("BF16") || row.precision.isEmpty { row.precision = "INT8" }
    return row
  }

  private func layer(_ row: PublishedRow) throws -> Prediction {
    guard let chips = row.chipCount, let batch = row.batchPerChip, let context = row.inputTokens else {
      throw unsupported("chips, batch or context are missing")
    }
    let drafts = Int(row.number("mtp") ?? 0)
    let model = try stepModel(.decode, of: row, chips: Int(chips), Variation(draftTokens: drafts, acceptance: 0.7))
    let requests = batch * Double(chips) / Double(model.ranks)
    let quantity: Calibration.Case.Quantity =
      switch row["stream"] {
      case "attention": .attentionStream
      case "moe": .expertStream
      default: .layer
      }
    // The row gives its stream's cores; the split is by the attention stream's.
    let own = row.number("AIC").map { $0 / 24 }
    let share = own.map { quantity == .expertStream ? 1 - $0 : $0 }
    return .value(model.observe(quantity, requests: requests, context: context, share: share) * 1e6)
  }

  private func inService(_ row: PublishedRow, _ quantity: Calibration.Case.Quantity) throws -> Prediction {
    let (model, requests, context) = try iteration(row)
    return .value(model.observe(quantity, requests: requests, context: context) * 1e6)
  }

  /// The decode iteration that a row of an iteration's parts belongs to.
  private func iteration(_ row: PublishedRow) throws -> (StepModel, Double, Double) {
    guard let chips = row.chipCount, let batch = row.batchPerChip, let context = row.inputTokens else {
      throw unsupported("chips, batch or context are missing")
    }
    let variation = Variation(
      draftTokens: Int(row.number("mtp") ?? 0), acceptance: row.number("accept") ?? 0)
    let model = try stepModel(.decode, of: row, chips: Int(chips), variation)
    return (model, batch * chips / Double(model.ranks), context)
  }

  private func share(_ row: PublishedRow) throws -> Prediction {
    let (model, requests, context) = try iteration(row)
    let step = model.decodeStep(requestsPerRank: Int(requests), contextTokensPerRank: requests * context)
    let layers = Double(model.architecture.layerCount)
    let kinds: [OperatorKind]
    switch row["op"] {
    case "MoE dispatch":
      return .value(
        100 * model.observe(.dispatchInService, requests: requests, context: context) * layers / step.time.value)
    case "MoE combine":
      return .value(
        100 * model.observe(.combineInService, requests: requests, context: context) * layers / step.time.value)
    case "MLA attention": kinds = [.attention]
    case "quantised matmul": kinds = [.projection, .expertFeedForward, .denseFeedForward]
    default: throw unsupported("the source does not say which operators it counts as '\(row["op"] ?? "")'")
    }
    let time = step.operators.filter { kinds.contains($0.kind) }.reduce(Seconds.zero) { $0 + $1.time }
    return .value(100 * (time / step.time))
  }
}
