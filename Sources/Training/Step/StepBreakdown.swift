import Units

/// Where a training step's time goes.
public struct TrainingStep: Sendable {
  public var job: TrainingJob
  /// Of one step, from batch to updated weights.
  public var time: Seconds
  public var parts: Parts
  /// Of the pipeline alone, where there is one.
  public var pipeline: PipelineSummary?
  public var memory: TrainingMemory
  /// Useful work of a token without recompute: causal attention, the head, no embedding.
  public var flopsPerToken: FLOPs
  /// Dense BF16 peak of one rank.
  public var peak: FLOPsPerSecond

  /// Seconds of a step on the slowest rank, by cause; they add up to the step's time.
  public struct Parts: Codable, Hashable, Sendable {
    public var forward: Seconds
    public var backward: Seconds
    public var recompute: Seconds
    public var tensorTraffic: Seconds
    public var contextTraffic: Seconds
    public var expertTraffic: Seconds
    /// Head, loss and embedding.
    public var ends: Seconds
    /// Host, waits and what sharded weights take longer than the layers.
    public var waits: Seconds
    public var bubble: Seconds
    /// Gradients and weights between replicas that nothing hides.
    public var dataTraffic: Seconds
    public var optimizer: Seconds
    /// The slowest rank and what is around a step.
    public var other: Seconds
  }

  public struct PipelineSummary: Sendable {
    public var timeline: PipelineTimeline
    /// Idle share of the pipeline's time.
    public var bubble: Double
  }

  public var tokensPerSecond: Double { job.tokensPerStep / time.value }
  public var tokensPerSecondAndRank: Double { tokensPerSecond / Double(job.plan.ranks) }
  /// Useful work over the BF16 peak.
  public var modelUtilisation: Double { tokensPerSecondAndRank * flopsPerToken.value / peak.value }
  /// The same with what is recomputed: how busy matrix cores are.
  public var hardwareUtilisation: Double { parts.hardwareUtilisation(useful: modelUtilisation) }
  /// Share of the step in which kernels of layers, ends and the optimizer run: memory is busy no longer than that.
  public var kernelShare: Double { parts.kernelShare(of: time) }
}

extension TrainingStep.Parts {
  func hardwareUtilisation(useful utilisation: Double) -> Double {
    let useful = forward + backward
    guard useful > .zero else { return 0 }
    return min(1, utilisation * ((useful + recompute) / useful))
  }

  func kernelShare(of time: Seconds) -> Double {
    let kernels = forward + backward + recompute + ends + optimizer
    return time > .zero ? min(1, kernels / time) : 0
  }

  /// By name, in the order in which pages show them.
  public var named: [(name: String, time: Seconds)] {
    [
      ("forward", forward), ("backward", backward), ("recompute", recompute), ("tensor traffic", tensorTraffic),
      ("context traffic", contextTraffic), ("expert traffic", expertTraffic), ("head, loss, embedding", ends),
      ("host and waits", waits), ("pipeline bubble", bubble), ("gradients and weights", dataTraffic),
      ("optimizer", optimizer), ("slowest rank and around the step", other),
    ]
  }
}
