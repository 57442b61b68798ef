import Units

/// What one rank of each pipeline stage holds at its peak, by item.
public struct TrainingMemory: Codable, Hashable, Sendable {
  public var stages: [Stage]
  /// Of one rank's die.
  public var capacity: Bytes

  public struct Stage: Codable, Hashable, Sendable {
    /// Of the pipeline, from 0.
    public var rank: Int
    public var weights: Bytes
    public var gradients: Bytes
    public var optimizer: Bytes
    public var activations: Bytes
    /// Outputs of stages that wait for their gradients, and the layer whose backward runs.
    public var working: Bytes
    /// Logits, loss and their gradient; ids and masks of the embedding.
    public var ends: Bytes
    /// Weights gathered for the layers at hand, and gradients before they are divided.
    public var gathered: Bytes
    /// Libraries, communication and what the allocator loses.
    public var overhead: Bytes

    public var total: Bytes { state + activations + working + ends + gathered + overhead }
    /// Weights, gradients and the optimizer's state.
    public var state: Bytes { weights + gradients + optimizer }
  }

  /// The stage that holds most.
  public var largest: Stage? { stages.max { $0.total < $1.total } }
  public var peak: Bytes { largest?.total ?? .zero }
  public var fits: Bool { peak <= capacity }
  /// How much is missing; zero where it fits.
  public var short: Bytes { fits ? .zero : peak - capacity }

  init(_ counter: MemoryCounter, capacity: Bytes) {
    self.capacity = capacity
    stages = (0..<counter.job.plan.pipeline).map(counter.stage)
  }

  /// From constants alone, without a chip.
  public init(of job: TrainingJob, capacity: Bytes, platform: TrainingPlatform) {
    self.init(
      MemoryCounter(job, lost: .init(platform.memory), bytes: LayerBytes(job), layout: StageLayout(of: job)),
      capacity: capacity)
  }

  public init(stages: [Stage], capacity: Bytes) {
    self.stages = stages
    self.capacity = capacity
  }
}
