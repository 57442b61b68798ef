import Costs
import Models
import Units

extension Deployment {
  /// How far an outcome was held against measurements.
  func validity(_ outcome: ServingOutcome) throws -> Validity {
    let statistics = outcome.statistics
    let completed = Double(max(1, statistics.completed))
    let isServed = statistics.completed > 0
    let decodes = decodePool.role != .prefill && outcome.meanRequestsPerRank > 0
    let scheduled = Double(max(1, statistics.scheduledPromptTokens))
    let file = try ComparedFile.read(catalog)
    var validity = try validity(
      promptTokens: isServed ? Double(statistics.promptTokens) / completed : nil,
      contextTokens: decodes ? outcome.meanContextPerRequest : nil,
      requestsPerRank: decodes ? outcome.meanRequestsPerRank : nil,
      cachedPromptShare: Double(statistics.cachedTokens) / scheduled, compared: file)
    validity.addIntervals(
      each: statistics.timePerOutputToken.mean, first: statistics.timeToFirstToken.mean, by: file)
    if let asked = scenario.speculation, asked.acceptance == nil {
      func tokens(_ chance: Double) -> Double {
        Drafting(tokens: asked.draftTokens, acceptance: [chance]).tokensPerStep
      }
      let own = tokens(asked.assumed.chance)
      validity.intervals?.timePerOutputToken?.widen(
        by: own / tokens(asked.assumed.high), own / tokens(asked.assumed.low))
    }
    return validity
  }

  /// The same of one load; what is nil is not held against anything.
  ///
  /// - Parameter file: what was compared; nil reads it.
  public func validity(
    promptTokens: Double?, contextTokens: Double?, requestsPerRank: Double?, cachedPromptShare: Double? = nil,
    compared file: ComparedFile? = nil
  ) throws -> Validity {
    let group = ComparedRuns.Group(
      engine: decodePool.engine.name, chip: decodePool.model.chip.name, dense: architecture.mixture == nil,
      apart: promptPool.role == .prefill)
    let ranks = Double(decodePool.ranks)
    let values = Validity.Values(
      system: systems.map(\.machine.system.name).joined(separator: " and "),
      attention: architecture.attentionWords, weights: precision.mostWeights(of: architecture).family,
      activeParameters: Double(ParameterCount(architecture).activeWithoutEmbedding), chips: Double(decodePool.chips),
      promptTokens: promptTokens, contextTokens: contextTokens,
      requestsPerChip: requestsPerRank.map { $0 * ranks / Double(decodePool.chips) },
      draftTokens: Double(decodePool.model.drafting.tokens), cachedPromptShare: cachedPromptShare,
      cache: precision.keyValue.family, stages: Double(decodePool.model.plan.pipeline),
      leftOut: architecture.unmodelled.filter { scenario.precision == nil || $0 != architecture.unreadFormat })
    // A file of the user's under a built-in name was compared with nothing.
    let isOwn =
      isOwned("engines", group.engine)
      || systems.contains { isOwned("chips", $0.machine.chip.name) || isOwned("systems", $0.machine.system.name) }
    let groups = try (file ?? ComparedFile.read(catalog)).groups
    let compared = groups.filter { !isOwn || $0.group != group }
    let model = isOwned("models", scenario.model) ? "" : architecture.name
    return Validity(values, of: model, in: group, compared: compared)
  }

  /// Whether an entry is a file of the user's, whatever its name.
  private func isOwned(_ kind: String, _ name: String) -> Bool {
    catalog.path(of: name, kind: kind).map(catalog.isOwn) ?? true
  }
}

extension NumberFormat {
  /// What formats of one width and kind have in common: kernels for one serve the other with other scales.
  public var family: String {
    switch self {
    case .bf16, .fp16: "16 bits"
    case .fp32: "32 bits"
    case .fp8, .fp8Block, .mxfp8: "FP8"
    case .nvfp4, .mxfp4: "FP4"
    case .int8: "INT8"
    case .int4, .int4Group: "INT4"
    }
  }
}

extension Precision {
  /// The format of most of the weights: the routed experts' where there are any.
  public func mostWeights(of architecture: Architecture) -> NumberFormat {
    architecture.mixture == nil ? weights : experts ?? weights
  }
}
