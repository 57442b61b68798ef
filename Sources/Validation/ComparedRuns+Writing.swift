import Costs
import Models
import Serving

/// One measurement as `catalog/published/compared.yaml` sums it up.
struct ComparedMeasurement {
  var group: ComparedRuns.Group
  var model: String
  /// What it spans: one value on each axis.
  var span: ComparedRuns.Span
  var metric: Metric
  /// Absolute error.
  var error: Double?
  /// Measured over predicted time; nil where it is no time, nor the inverse of one.
  var ratio: Double? = nil
  /// Of the run or row.
  var id = ""
  /// Whether constants were fitted to it: then it widens the span, and tells of a model only where nothing else does.
  var isFitted: Bool

  enum Metric: CaseIterable { case timePerOutputToken, timeToFirstToken, prefillThroughput }
}

extension ComparedFile {
  /// `catalog/published/compared.yaml`: for each engine, chip, class of model and mode, what was measured, what it
  /// spans and how well it was predicted. Every answer tells it, so that a reader knows how far to trust it.
  public static func text(runs: RunValidation, measured: ValidationReport, predictor: Predictor) -> String {
    ComparedFile(runs.measurements + measured.measurements(predictor)).yaml
  }

  init(_ measurements: [ComparedMeasurement]) {
    let sorted = Dictionary(grouping: measurements, by: \.group).sorted { left, right in
      let (one, other) = (left.key, right.key)
      return (one.engine, one.chip, one.dense ? 0 : 1, one.apart ? 1 : 0)
        < (other.engine, other.chip, other.dense ? 0 : 1, other.apart ? 1 : 0)
    }
    self.init(groups: sorted.compactMap { ComparedRuns($0.key, $0.value) }, pools: Self.pools(measurements))
  }

  /// Of each engine that was scored on two chips or more, and of all.
  static func pools(_ measurements: [ComparedMeasurement]) -> [Pool] {
    let scored = measurements.filter { !$0.isFitted }
    func pool(_ engine: String?) -> Pool? {
      let mine = scored.filter { engine == nil || $0.group.engine == engine }
      let chips = Set(mine.map(\.group.chip)).count
      guard let ratios = MeasuredRatios(mine), engine == nil || chips > 1 else { return nil }
      return Pool(engine: engine, chips: chips, ratios: ratios)
    }
    return Set(scored.map(\.group.engine)).sorted().compactMap(pool) + [pool(nil)].compactMap { $0 }
  }

  private var yaml: String {
    let head =
      "# Written by `supernode validate --format compared`: medians of absolute errors, quantiles (5%, 50%, 95%)"
      + "\n# of measured over predicted times, and what the measurements span."
    let pooled = pools.map { pool in
      let engine = pool.engine.map { "engine: \($0), " } ?? ""
      return "- { \(engine)chips: \(pool.chips), ratios: \(pool.ratios.yaml) }"
    }
    return ([head, "groups:"] + groups.map(\.yaml) + ["pools:"] + pooled).joined(separator: "\n") + "\n"
  }
}

extension MeasuredRatios {
  /// Nil where too few have a ratio.
  init?(_ measurements: [ComparedMeasurement]) {
    func quantiles(_ metric: ComparedMeasurement.Metric) -> Quantiles? {
      Quantiles(measurements.filter { $0.metric == metric }.compactMap(\.ratio))?.rounded
    }
    self.init(
      timePerOutputToken: quantiles(.timePerOutputToken), timeToFirstToken: quantiles(.timeToFirstToken))
    if timePerOutputToken == nil, timeToFirstToken == nil { return nil }
  }

  fileprivate var yaml: String {
    let parts = [("timePerOutputToken", timePerOutputToken), ("timeToFirstToken", timeToFirstToken)].compactMap {
      name, quantiles in
      quantiles.map { "\(name): { runs: \($0.runs), low: \($0.low), median: \($0.median), high: \($0.high) }" }
    }
    return "{ \(parts.joined(separator: ", ")) }"
  }
}

extension MeasuredRatios.Quantiles {
  /// To three decimals.
  fileprivate var rounded: Self {
    var short = self
    for part in [\Self.low, \.median, \.high] { short[keyPath: part] = (self[keyPath: part] * 1000).rounded() / 1000 }
    return short
  }
}

extension ComparedRuns {
  /// Nil where nothing was scored.
  init?(_ group: Group, _ measurements: [ComparedMeasurement]) {
    let names = Set(measurements.map(\.model)).sorted()
    let models = names.compactMap { name in Model(name, measurements.filter { $0.model == name }) }
    guard let all = Model("", measurements) else { return nil }
    self.init(
      group: group, runs: all.runs, timePerOutputToken: all.timePerOutputToken, timeToFirstToken: all.timeToFirstToken,
      prefillThroughput: all.prefillThroughput, ratios: all.ratios, span: Span(measurements.map(\.span)), models: models
    )
  }

  fileprivate var yaml: String {
    let first = Self.fields([
      ("engine", group.engine), ("chip", group.chip), ("dense", "\(group.dense)"), ("apart", "\(group.apart)"),
    ])
    let each = Model(
      model: "", runs: runs, timePerOutputToken: timePerOutputToken, timeToFirstToken: timeToFirstToken,
      prefillThroughput: prefillThroughput, ratios: ratios)
    let lines =
      ["- \(first)", "  \(each.fields.map { "\($0.0): \($0.1)" }.joined(separator: "\n  "))", "  span:"]
      + span.fields.map { "    \($0.0): \($0.1)" } + ["  models:"]
      + models.map { "    - { model: \($0.model), \(Self.fields($0.fields, separator: ", ")) }" }
    return lines.joined(separator: "\n")
  }

  private static func fields(_ fields: [(String, String)], separator: String = "\n  ") -> String {
    fields.map { "\($0.0): \($0.1)" }.joined(separator: separator)
  }
}

extension ComparedRuns.Model {
  fileprivate init?(_ name: String, _ measurements: [ComparedMeasurement]) {
    let scored = measurements.filter { !$0.isFitted }
    let isFitted = !name.isEmpty && scored.isEmpty
    let counted = isFitted ? measurements : scored
    func median(_ metric: ComparedMeasurement.Metric) -> (count: Int, error: Double?) {
      let errors = counted.filter { $0.metric == metric }.compactMap(\.error).sorted()
      return (errors.count, quantile(errors, 0.5).map { ($0 * 1000).rounded() / 1000 })
    }
    let each = median(.timePerOutputToken)
    let prefill = median(.prefillThroughput)
    guard each.count + prefill.count > 0 else { return nil }
    self.init(
      model: name, runs: each.count + prefill.count, timePerOutputToken: each.error,
      timeToFirstToken: median(.timeToFirstToken).error, prefillThroughput: prefill.error,
      fitted: isFitted ? true : nil, ratios: MeasuredRatios(counted))
  }

  fileprivate var fields: [(String, String)] {
    [
      ("runs", "\(runs)"), ("timePerOutputToken", timePerOutputToken.map { "\($0)" } ?? ""),
      ("timeToFirstToken", timeToFirstToken.map { "\($0)" } ?? ""),
      ("prefillThroughput", prefillThroughput.map { "\($0)" } ?? ""), ("fitted", fitted.map { "\($0)" } ?? ""),
      ("ratios", ratios?.yaml ?? ""),
    ].filter { !$0.1.isEmpty }
  }
}

extension ComparedRuns.Span {
  fileprivate init(_ spans: [Self]) {
    func range(_ values: (Self) -> [Double]?) -> [Double]? {
      let all = spans.compactMap(values).flatMap { $0 }
      guard let low = all.min(), let high = all.max() else { return nil }
      return [low, high]
    }
    self.init(
      systems: Set(spans.flatMap(\.systems)).sorted(), attention: Set(spans.flatMap(\.attention)).sorted(),
      weights: Set(spans.flatMap(\.weights)).sorted(),
      cache: Set(spans.flatMap(\.cache)).sorted(),
      activeParameters: range(\.activeParameters), chips: range(\.chips), stages: range(\.stages),
      promptTokens: range(\.promptTokens),
      contextTokens: range(\.contextTokens), requestsPerChip: range(\.requestsPerChip),
      draftTokens: range(\.draftTokens))
  }

  fileprivate var fields: [(String, String)] {
    let ranges = [
      ("activeParameters", activeParameters), ("chips", chips), ("stages", stages), ("promptTokens", promptTokens),
      ("contextTokens", contextTokens), ("requestsPerChip", requestsPerChip), ("draftTokens", draftTokens),
    ]
    return [
      ("systems", "[\(systems.joined(separator: ", "))]"),
      ("attention", "[\(attention.joined(separator: ", "))]"), ("weights", "[\(weights.joined(separator: ", "))]"),
      ("cache", "[\(cache.joined(separator: ", "))]"),
    ]
      + ranges.compactMap { name, range in
        range.map { (name, "[\($0.map(Self.number).joined(separator: ", "))]") }
      }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\((value * 1000).rounded() / 1000)"
  }
}

extension RunValidation {
  /// Of every run that was scored or fitted.
  var measurements: [ComparedMeasurement] {
    outcomes.compactMap { outcome in
      guard outcome.status == .scored || outcome.status == .calibrated, outcome.metric != .throughput else {
        return nil
      }
      let metric: ComparedMeasurement.Metric =
        outcome.metric == .timePerOutputToken ? .timePerOutputToken : .timeToFirstToken
      var measurement = predictor.measurement(
        of: outcome.run, metric, error: outcome.signedError.map(abs), isFitted: outcome.status == .calibrated)
      measurement?.id = outcome.run.id
      measurement?.ratio = outcome.predicted.flatMap { $0 > 0 ? outcome.published / $0 : nil }
      return measurement
    }
  }
}

extension RunPredictor {
  fileprivate func measurement(
    of run: ServingRun, _ metric: ComparedMeasurement.Metric, error: Double?, isFitted: Bool
  ) -> ComparedMeasurement? {
    guard let architecture = try? architecture(of: run), let engine = try? engine(of: run),
      let machine = try? machine(of: run), let precision = try? precision(of: run, architecture, run.flags.decode)
    else { return nil }
    let apart = run.mode == .disaggregated
    let group = ComparedRuns.Group(
      engine: engine.name, chip: machine.chip.name, dense: architecture.mixture == nil, apart: apart)
    let decoding = apart ? run.decode?.chips : run.engineShape?.chips
    let chips = (apart ? run.decode?.shape.chips : run.engineShape?.chips).map { [Double($0)] }
    let span = ComparedRuns.Span(
      systems: [machine.system.name], attention: architecture.attentionWords,
      weights: [precision.mostWeights(of: architecture).family], cache: [precision.keyValue.family],
      activeParameters: [Double(ParameterCount(architecture).activeWithoutEmbedding)], chips: chips,
      stages: (apart ? run.decode?.shape.pipeline : run.engineShape?.pipeline).map { [Double($0)] },
      promptTokens: [Double(run.inputTokens)],
      contextTokens: [Double(run.inputTokens) + Double(run.outputTokens) / 2],
      requestsPerChip: decoding.map { [Double(run.concurrency) / Double($0)] },
      draftTokens: [Double(run.flags.draftTokens ?? 0)])
    return ComparedMeasurement(
      group: group, model: architecture.name, span: span, metric: metric, error: error, isFitted: isFitted)
  }
}

extension ValidationReport {
  /// Levels of prefill and decode that papers publish of their engines.
  fileprivate func measurements(_ predictor: Predictor) -> [ComparedMeasurement] {
    outcomes.compactMap { outcome in
      let row = outcome.row
      guard row.kind == "serving", !row.isChangeInPercent, outcome.status == .scored || outcome.status == .calibrated,
        let metric = row.comparedMetric
      else { return nil }
      var measurement = predictor.measurement(
        of: row, metric, error: outcome.signedError.map(abs), isFitted: outcome.status == .calibrated)
      measurement?.id = row.id
      if metric == .timePerOutputToken, let predicted = outcome.predicted, predicted > 0, row.value > 0 {
        measurement?.ratio = row.metric.contains("throughput") ? predicted / row.value : row.value / predicted
      }
      return measurement
    }
  }
}

extension PublishedRow {
  fileprivate var comparedMetric: ComparedMeasurement.Metric? {
    if metric.hasPrefix("prefill throughput per accelerator") { return .prefillThroughput }
    let isStep = metric == "TPOT" || metric == "decode iteration time"
    return isStep || metric.hasPrefix("decode throughput per") || metric == "system decode throughput"
      ? .timePerOutputToken : nil
  }
}

extension Predictor {
  fileprivate func measurement(
    of row: PublishedRow, _ metric: ComparedMeasurement.Metric, error: Double?, isFitted: Bool
  ) -> ComparedMeasurement? {
    guard let architecture = try? architecture(of: row), let machine = try? machine(of: row),
      let precision = try? precision(of: row)
    else { return nil }
    let isPrefill = metric == .prefillThroughput
    let group = ComparedRuns.Group(
      engine: machine.engine.name, chip: machine.chip.name, dense: architecture.mixture == nil, apart: true)
    let span = ComparedRuns.Span(
      systems: [machine.system.name], attention: architecture.attentionWords,
      weights: [precision.mostWeights(of: architecture).family], cache: [precision.keyValue.family],
      activeParameters: [Double(ParameterCount(architecture).activeWithoutEmbedding)],
      chips: isPrefill ? nil : [Double(chips(of: row, .decode))], stages: [1],
      promptTokens: isPrefill ? row.inputTokens.map { [$0] } : nil,
      contextTokens: isPrefill ? nil : context(of: row).map { [$0] },
      requestsPerChip: isPrefill ? nil : row.batchPerChip.map { [$0] },
      draftTokens: isPrefill ? nil : [Double(draftTokens(of: row))])
    return ComparedMeasurement(
      group: group, model: architecture.name, span: span, metric: metric, error: error, isFitted: isFitted)
  }
}
