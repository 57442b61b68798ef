import Hardware
import Models
import Units

/// How one instance is spread over its dies; the axes are free of each other and checked once, by `check`.
///
///     ParallelPlan(tensor: 8)                                    // vLLM: heads and experts each over eight
///     ParallelPlan(data: 8, expert: 8)                           // attention data parallel, whole experts
///     ParallelPlan(tensor: 4, pipeline: 2)
///
/// Dies = tensor · data · context · pipeline, and those that hold nothing but experts.
/// Ignored: which die is whose neighbour.
public struct ParallelPlan: Codable, Hashable, Sendable {
  /// Dies among which one request's heads, and the widths of dense layers, are divided.
  public var tensor: Int
  /// Stages of consecutive layers.
  public var pipeline: Int
  /// Groups of dies with requests of their own.
  public var data: Int
  /// Dies among which the tokens of one prompt are divided.
  public var context: Int
  /// Dies that divide each routed expert; with `expert`, all dies of a stage where the model has experts.
  public var expertTensor: Int
  /// Groups among which whole routed experts are divided.
  public var expert: Int
  /// Dies that divide the output head; as `tensor` where absent.
  public var headTensor: Int?
  /// Dies that divide the output projection of attention; as `tensor` where absent.
  public var outputTensor: Int?
  /// Copies of busy experts beyond one of each, over the whole instance.
  public var redundantExperts: Int
  /// Dies that hold nothing but routed experts, beside those of attention; 0 where both share their dies.
  public var expertDiesApart: Int

  public init(
    tensor: Int = 1, pipeline: Int = 1, data: Int = 1, context: Int = 1, expertTensor: Int? = nil, expert: Int = 1,
    headTensor: Int? = nil, outputTensor: Int? = nil, redundantExperts: Int = 0, expertDiesApart: Int = 0
  ) {
    self.tensor = tensor
    self.pipeline = pipeline
    self.data = data
    self.context = context
    self.expert = expert
    let hosts = expertDiesApart > 0 ? expertDiesApart : tensor * data * context
    self.expertTensor = expertTensor ?? max(1, hosts / max(1, expert))
    self.headTensor = headTensor
    self.outputTensor = outputTensor
    self.redundantExperts = redundantExperts
    self.expertDiesApart = expertDiesApart
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case tensor, pipeline, data, context, expertTensor, expert, headTensor, outputTensor, redundantExperts
    case expertDiesApart
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      tensor: try fields.decodeIfPresent(Int.self, forKey: .tensor) ?? 1,
      pipeline: try fields.decodeIfPresent(Int.self, forKey: .pipeline) ?? 1,
      data: try fields.decodeIfPresent(Int.self, forKey: .data) ?? 1,
      context: try fields.decodeIfPresent(Int.self, forKey: .context) ?? 1,
      expertTensor: try fields.decodeIfPresent(Int.self, forKey: .expertTensor),
      expert: try fields.decodeIfPresent(Int.self, forKey: .expert) ?? 1,
      headTensor: try fields.decodeIfPresent(Int.self, forKey: .headTensor),
      outputTensor: try fields.decodeIfPresent(Int.self, forKey: .outputTensor),
      redundantExperts: try fields.decodeIfPresent(Int.self, forKey: .redundantExperts) ?? 0,
      expertDiesApart: try fields.decodeIfPresent(Int.self, forKey: .expertDiesApart) ?? 0)
  }

  /// Dies of one pipeline stage; of those with attention, where experts lie apart.
  public var stageDies: Int { tensor * data * context }
  public var dies: Int { stageDies * pipeline + expertDiesApart }
  /// Dies of a stage among which routed experts are divided.
  public var expertHosts: Int { expertDiesApart > 0 ? expertDiesApart : stageDies }

  /// Whole chips that the dies fill.
  public func chips(of chip: Chip) -> Int { (dies + chip.dies.value - 1) / max(1, chip.dies.value) }

  /// Dies over which routed experts are spread, by group or by width.
  public var expertDies: Int { expertTensor * expert }

  /// Routed experts, with copies, that a group of dies holds; never more than there are. The shared one lies among them
  /// where the engine places it so.
  func slots(_ mixture: MixtureOfExperts, placement: Engine.ExpertPlacement) -> Int {
    let shared = placement.sharedPlacedAsRouted ? placement.sharedCopies(mixture) : 0
    let total = mixture.experts + shared + redundantExperts
    let most = mixture.experts + (placement.sharedPlacedAsRouted ? mixture.sharedExperts : 0)
    return min(most, max(1, (total + expert - 1) / expert))
  }
}

extension Engine.ExpertPlacement {
  /// Copies of the shared expert: as many as make its load that of a routed one, experts · shared / experts per token.
  func sharedCopies(_ mixture: MixtureOfExperts) -> Int {
    (mixture.experts * mixture.sharedExperts + mixture.expertsPerToken - 1) / max(1, mixture.expertsPerToken)
  }
}
