import Units

/// How a training job is spread over ranks (dies).
///
///     TrainingPlan(tensor: 8, pipeline: 16, virtual: 8, data: 4)     // Llama 3.1 405B on 512
///
/// Ranks = tensor · context · pipeline · data; expert parallelism lies inside tensor · context · data of a stage.
/// Tensor ranks are neighbours, then context, data, and stages farthest apart, as Megatron lays them.
public struct TrainingPlan: Codable, Hashable, Sendable {
  /// Ranks that share heads and widths.
  public var tensor: Int
  /// Whether norms and residuals are divided over the tokens of a tensor group (Megatron's sequence parallelism).
  public var sequenceParallel: Bool
  /// Ranks that share the tokens of a sequence.
  public var context: Int
  /// Stages of consecutive layers.
  public var pipeline: Int
  /// Stages that each pipeline rank holds.
  public var virtual: Int
  /// Replicas with micro-batches of their own.
  public var data: Int
  /// Groups among which whole experts are divided.
  public var expert: Int
  /// Ranks that share the width of each expert.
  public var expertTensor: Int
  public var schedule: PipelineSchedule.Kind
  public var sharding: Sharding
  /// Replicas of a sharded state (HSDP); 1 shards over all data ranks.
  public var replicas: Int
  /// Whether gathered weights stay until the backward (FSDP without resharding after the forward).
  public var keepsGathered: Bool
  /// Sequences of one micro-batch.
  public var microbatch: Int
  /// Layers by chunk along the model; evenly divided where nil.
  public var layersByChunk: [Int]?

  /// What the data ranks divide among them, rather than hold each.
  public enum Sharding: String, Codable, Sendable, CaseIterable {
    case none
    /// ZeRO-1, Megatron's distributed optimizer.
    case optimizer
    /// ZeRO-2.
    case gradients
    /// ZeRO-3 and FSDP.
    case parameters

    /// `ZeRO-1`.
    public var level: String { "ZeRO-\(Self.allCases.firstIndex(of: self) ?? 0)" }
  }

  public init(
    tensor: Int = 1, sequenceParallel: Bool? = nil, context: Int = 1, pipeline: Int = 1, virtual: Int = 1,
    data: Int = 1, expert: Int = 1, expertTensor: Int = 1, schedule: PipelineSchedule.Kind? = nil,
    sharding: Sharding = .optimizer, replicas: Int = 1, keepsGathered: Bool = false, microbatch: Int = 1,
    layersByChunk: [Int]? = nil
  ) {
    self.tensor = tensor
    self.sequenceParallel = sequenceParallel ?? (tensor > 1)
    self.context = context
    self.pipeline = pipeline
    self.virtual = virtual
    self.data = data
    self.expert = expert
    self.expertTensor = expertTensor
    self.schedule = schedule ?? (virtual > 1 ? .interleaved : .oneForwardOneBackward)
    self.sharding = sharding
    self.replicas = replicas
    self.keepsGathered = keepsGathered
    self.microbatch = microbatch
    self.layersByChunk = layersByChunk
  }

  public var ranks: Int { tensor * context * pipeline * data }
  /// Stages of the model that one micro-batch passes.
  public var stages: Int {
    switch schedule {
    case .interleaved: pipeline * virtual
    case .zeroBubbleV, .dualPipeV: 2 * pipeline
    default: pipeline
    }
  }
  /// Ranks over which a dense parameter's state is divided or replicated.
  public var denseReplicas: Int { data * context }
  /// The same for an expert's.
  public var expertReplicas: Int { max(1, data * context * tensor / max(1, expert * expertTensor)) }
}

extension TrainingPlan {
  /// `TP8 PP16×8 DP4 CP2 EP32`.
  public var words: String {
    var parts: [String] = []
    if tensor > 1 { parts.append("TP\(tensor)") }
    if context > 1 { parts.append("CP\(context)") }
    if pipeline > 1 { parts.append("PP\(pipeline)" + (virtual > 1 ? "×\(virtual)" : "")) }
    if data > 1 || parts.isEmpty { parts.append((sharding == .parameters ? "FSDP" : "DP") + "\(data)") }
    if expert > 1 { parts.append("EP\(expert)") }
    if expertTensor > 1 { parts.append("ETP\(expertTensor)") }
    return parts.joined(separator: " ")
  }
}
