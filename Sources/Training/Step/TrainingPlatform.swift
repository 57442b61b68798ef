import Formats
import Hardware
import Units

/// What training reaches on a family of chips beyond its isolated kernels: the catalog's kind `training`.
///
/// The constants are fitted on published rows of role `calibrate` or are priors, each with its source. A platform that
/// is `basedOn` another has all of that one's constants but for its own.
public struct TrainingPlatform: Decodable, Sendable {
  public var name: String
  /// Names of the chips; none for the platform that all others are based on.
  public var chips: [String]
  public var products: Products
  public var attention: Attention
  public var elementwise: Elementwise
  public var host: Host
  public var overlap: Overlap
  public var network: Network
  public var memory: Memory

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, chips, products, attention, elementwise, host, overlap, network, memory
  }

  /// Shares of what a chip's isolated kernels reach.
  public struct Products: Decodable, Sendable {
    public var bf16: Calibrated<Double>
    public var fp8: Calibrated<Double>
    public var mxfp8: Calibrated<Double>
    public var nvfp4: Calibrated<Double>
    /// Of those, in products of several experts at once.
    public var grouped: Calibrated<Double>
    /// Power at which these shares hold; at another they go with (limit / this) ^ `powerExponent`.
    public var power: Calibrated<Watts>?
    public var powerExponent: Calibrated<Double>
    /// Values of a result that cost as much as they do beside them, for chips without measured kernels.
    public var fill: Calibrated<Double>?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case bf16, fp8, mxfp8, nvfp4, grouped, power, powerExponent, fill
    }
  }

  /// Shares of the BF16 peak, forward and backward, with heads of 128 and more and long sequences.
  public struct Attention: Decodable, Sendable {
    public var fused: Pass
    public var flash: Pass
    public var triton: Pass
    /// Speed of FP8 against BF16 scores.
    public var fp8: Calibrated<Double>
    /// Keys that a query sees in the mean, doubled, at which half of these shares is reached: short sequences and
    /// windows leave parts of a kernel's tiles empty.
    public var halfLength: Calibrated<Double>
    /// Time of attention with learned sinks over that without.
    public var sinks: Calibrated<Double>
    /// Share of the BF16 peak in the scans of state mixers.
    public var scan: Calibrated<Double>
    enum CodingKeys: String, CodingKey, CaseIterable { case fused, flash, triton, fp8, halfLength, sinks, scan }

    public struct Pass: Decodable, Sendable {
      public var forward: Calibrated<Double>
      public var backward: Calibrated<Double>
      enum CodingKeys: String, CodingKey, CaseIterable { case forward, backward }
    }
  }

  /// Bytes that elementwise kernels move, for each element that they pass.
  public struct Elementwise: Decodable, Sendable {
    /// Share of what isolated elementwise kernels stream.
    public var rate: Calibrated<Double>
    /// Norms and residuals of a layer, for each hidden element.
    public var layer: Calibrated<Double>
    /// Backward over forward of these.
    public var backward: Calibrated<Double>
    /// Biases and dropouts of layers of GPT's kind, for each hidden element.
    public var dropout: Calibrated<Double>
    /// Masking, softmax and dropout of materialised scores, for each score.
    public var scoresForward: Calibrated<Double>
    public var scoresBackward: Calibrated<Double>
    /// Casting an operand of a product, for each element, both layouts.
    public var castDelayed: Calibrated<Double>
    public var castCurrent: Calibrated<Double>
    public var castBlocks32: Calibrated<Double>
    public var castBlocks16: Calibrated<Double>
    /// Ordering tokens by expert and back: passes over the copies.
    public var permute: Calibrated<Double>
    /// For each token and expert, in a pass.
    public var router: Calibrated<Double>
    /// Short convolutions and chunk states of state mixers, for each channel.
    public var convolution: Calibrated<Double>
    /// Optimizer, for each parameter that a rank updates.
    public var optimizer: Calibrated<Double>
    enum CodingKeys: String, CodingKey, CaseIterable {
      case rate, layer, backward, dropout, scoresForward, scoresBackward, castDelayed, castCurrent, castBlocks32
      case castBlocks16, permute, router, convolution, optimizer
    }
  }

  /// What the host and its waits cost.
  public struct Host: Decodable, Sendable {
    /// To launch one layer forward, and backward; a layer takes at least so long.
    public var layerForward: Calibrated<Seconds>
    public var layerBackward: Calibrated<Seconds>
    /// Added where the layer has experts.
    public var mixture: Calibrated<Seconds>
    /// What is left of these where layers are captured in graphs.
    public var captured: Calibrated<Double>
    /// Waiting for the counts of tokens by expert, each pass; nothing where the whole step is captured.
    public var mixtureWait: Calibrated<Seconds>
    /// The same beside it, where the dispatcher's host waits for the counts of each exchange.
    public var dispatchWait: Calibrated<Seconds>
    /// For each expert that a rank holds, in a forward; twice that backward.
    public var perExpert: Calibrated<Seconds>
    /// Around a step: data, loss, norms of gradients, logging.
    public var step: Calibrated<Seconds>
    /// A step waits for the slowest rank: its time over the mean.
    public var slowest: Calibrated<Double>
    enum CodingKeys: String, CodingKey, CaseIterable {
      case layerForward, layerBackward, mixture, captured, mixtureWait, dispatchWait, perExpert, step, slowest
    }
  }

  /// What is hidden where a recipe overlaps.
  public struct Overlap: Decodable, Sendable {
    /// Share of the tensor group's traffic that split products hide, and the most of their time that they hide it in.
    public var tensor: Calibrated<Double>
    public var tensorMost: Calibrated<Double>
    /// Share of the experts' exchanges that another micro-batch hides.
    public var expert: Calibrated<Double>
    /// Slowing of products while weights are gathered under them.
    public var contention: Calibrated<Double>
    /// Share of a pass that gradients or weights travel under, and the share of them that is always seen.
    public var dataWindow: Calibrated<Double>
    public var dataLeast: Calibrated<Double>
    enum CodingKeys: String, CodingKey, CaseIterable {
      case tensor, tensorMost, expert, contention, dataWindow, dataLeast
    }
  }

  /// Shares of the planes' bandwidths.
  public struct Network: Decodable, Sendable {
    public var scaleOut: Calibrated<Double>
    /// Of scale-out in kernels that exchange tokens of experts.
    public var expertScaleOut: Calibrated<Double>
    /// Of measured all-to-alls within the scale-up domain: collectives, and kernels that send a token once to a rank.
    public var allToAll: Calibrated<Double>
    public var deduplicated: Calibrated<Double>
    /// Time of a pipeline's send over that of its bytes alone.
    public var send: Calibrated<Double>
    enum CodingKeys: String, CodingKey, CaseIterable { case scaleOut, expertScaleOut, allToAll, deduplicated, send }
  }

  /// What memory is lost beside what is counted.
  public struct Memory: Decodable, Sendable {
    /// Context, libraries and kernels.
    public var fixed: Calibrated<Bytes>
    /// Buffers of communication.
    public var buffers: Calibrated<Bytes>
    /// Share of the rest that the allocator loses.
    public var fragmentation: Calibrated<Double>
    enum CodingKeys: String, CodingKey, CaseIterable { case fixed, buffers, fragmentation }
  }
}

extension Catalog {
  /// The platform of a chip; the generic one where no platform names it.
  public func trainingPlatform(of chip: String) throws -> TrainingPlatform {
    let wanted = Catalog.slug(chip)
    for name in names("training") where name != TrainingPlatform.generic {
      let entry = try node("training", name)
      let chips = entry.field("chips")?.elements.compactMap(\.text) ?? []
      if chips.contains(where: { Catalog.slug($0) == wanted }) { return try platform(entry) }
    }
    return try platform(node("training", TrainingPlatform.generic))
  }

  /// A platform by its own name.
  public func trainingPlatform(named name: String) throws -> TrainingPlatform { try platform(node("training", name)) }

  private func platform(_ entry: Node) throws -> TrainingPlatform {
    try entry.decodedFacts(TrainingPlatform.self, userInfo: decodingRules).value
  }
}

extension TrainingPlatform {
  public static let generic = "generic"
}
