import Models

/// Plans that a search tries on one machine with one number of ranks, one tensor and context size: a unit of its work.
public struct TrainingSpace: Sendable {
  /// Which of the planner's.
  var machine: Int
  var ranks: Int
  var shapes: [Shape]

  /// One plan in whole numbers; neighbours in the list cost their layers alike.
  public struct Shape: Hashable, Sendable {
    var machine = 0
    var tensor = 1
    var context = 1
    var expert = 1
    var expertTensor = 1
    var microbatch = 1
    var again = Again.none
    var pipeline = 1
    var virtual = 1
    var data = 1
    var sharding = TrainingPlan.Sharding.optimizer

    /// What the backward computes again.
    public enum Again: Int, Sendable, CaseIterable { case none, selective, half, full }

    /// Whether layers and ends of two plans cost the same.
    func hasLayers(of other: Self) -> Bool {
      tensor == other.tensor && context == other.context && expert == other.expert
        && expertTensor == other.expertTensor && microbatch == other.microbatch && again == other.again
        && (sharding == .parameters) == (other.sharding == .parameters)
    }

    var plan: TrainingPlan {
      TrainingPlan(
        tensor: tensor, context: context, pipeline: pipeline, virtual: virtual, data: data, expert: expert,
        expertTensor: expertTensor, sharding: sharding,
        // Between the passes of a pipeline's micro-batches weights stay.
        keepsGathered: sharding == .parameters && pipeline > 1, microbatch: microbatch)
    }

    /// Half of a chunk's layers, rounded up, for `half`.
    func recompute(of model: Architecture) -> Recompute {
      switch again {
      case .none: return .none
      case .full: return .full
      case .half:
        let stages = pipeline * virtual
        return .blocks(((model.layerCount + stages - 1) / stages + 1) / 2)
      case .selective:
        var modules: Set<Recompute.Module> = [.coreAttention, .layerNorm]
        if model.isMixture { modules.insert(.expertActivation) }
        if model.layers.contains(where: { if case .latent = $0.attention { true } else { false } }) {
          modules.insert(.latentUpProjection)
        }
        return .selective(modules)
      }
    }
  }

  /// Sizes that the search is told, in place of all that it would try.
  public struct Pins: Hashable, Sendable {
    public var tensor: Int?
    public var context: Int?
    public var pipeline: Int?
    public var virtual: Int?
    public var expert: Int?
    public var expertTensor: Int?
    public var microbatch: Int?
    public var sharding: TrainingPlan.Sharding?
    public var again: Shape.Again?

    public init() {}
  }

  /// Every division of the ranks: tensor groups within a domain, contexts of 1,024 tokens and more, stages of whole
  /// layers, data for the rest; micro-batches of 1 to 8 sequences, all kinds of sharding (gradients alone without a
  /// pipeline), and four kinds of recompute.
  static func all(
    _ model: Architecture, sequenceLength: Int, machine: Int, ranks: Int, domain: Int, pins: Pins = Pins()
  ) -> [TrainingSpace] {
    (pins.tensor.map { [$0] } ?? powers(atMost: min(domain, ranks, 64))).flatMap { tensor -> [TrainingSpace] in
      guard ranks % tensor == 0 else { return [] }
      let contexts = pins.context.map { [$0] } ?? powers(atMost: max(1, min(sequenceLength / 1024, ranks / tensor)))
      return contexts.compactMap { context -> TrainingSpace? in
        guard ranks / tensor % context == 0, sequenceLength % context == 0 else { return nil }
        var first = Shape()
        first.machine = machine
        first.tensor = tensor
        first.context = context
        return TrainingSpace(machine: machine, ranks: ranks, shapes: shapes(model, first, ranks: ranks, pins))
      }
    }
  }

  private static func shapes(_ model: Architecture, _ first: Shape, ranks: Int, _ pins: Pins) -> [Shape] {
    var list: [Shape] = []
    var shape = first
    let left = ranks / first.tensor / first.context
    let stages = divisors(of: left).filter { $0 <= model.layerCount && pins.pipeline ?? $0 == $0 }
    for (expert, expertTensor) in experts(model, first, hosts: left * first.tensor * first.context, pins) {
      shape.expert = expert
      shape.expertTensor = expertTensor
      for microbatch in pins.microbatch.map({ [$0] }) ?? [1, 2, 4, 8] {
        shape.microbatch = microbatch
        for again in pins.again.map({ [$0] }) ?? Shape.Again.allCases {
          shape.again = again
          for levels in [[TrainingPlan.Sharding.optimizer, .none, .gradients], [.parameters]] {
            for pipeline in stages {
              shape.pipeline = pipeline
              shape.data = left / pipeline
              for virtual in virtuals(pipeline, model.layerCount, pins) {
                shape.virtual = virtual
                for level in levels
                where (level != .gradients || pipeline == 1) && pins.sharding ?? level == level {
                  shape.sharding = level
                  list.append(shape)
                }
              }
            }
          }
        }
      }
    }
    return list
  }

  private static func virtuals(_ pipeline: Int, _ layers: Int, _ pins: Pins) -> [Int] {
    if let virtual = pins.virtual { return [virtual] }
    guard pipeline > 1 else { return [1] }
    return [1, 2, 3, 4, 6, 8, 12].filter { pipeline * $0 <= layers }
  }

  /// Sizes of expert groups, with whole experts or experts divided over the tensor group.
  private static func experts(
    _ model: Architecture, _ first: Shape, hosts: Int, _ pins: Pins
  ) -> [(Int, Int)] {
    guard let mixture = model.mixture else { return [(pins.expert ?? 1, pins.expertTensor ?? 1)] }
    let all = powers(atMost: min(hosts, mixture.experts)).filter { mixture.experts % $0 == 0 }
    let widths = pins.expertTensor.map { [$0] } ?? (first.tensor > 1 ? [1, first.tensor] : [1])
    return (pins.expert.map { [$0] } ?? all).flatMap { group in widths.map { (group, $0) } }
  }

  static func powers(atMost limit: Int) -> [Int] {
    var list = [1]
    while let last = list.last, last * 2 <= limit { list.append(last * 2) }
    return list
  }

  static func divisors(of number: Int) -> [Int] { (1...max(1, number)).filter { number % $0 == 0 } }
}
