import Units

extension Engine {
  /// How an engine's kernels run: launches, the host, collectives, memory; every number with its source.
  public struct Execution: Decodable, Sendable {
    public var launch: Launch
    /// Host time of a step for each of its requests, beside `constants.stepGap`.
    public var hostPerRequest: Calibrated<Seconds>
    public var graphs: Graphs
    public var exchange: ExchangeRule
    public var collectives: Collectives
    /// Time of decode attention in a running engine over that of the isolated kernel.
    public var attentionInService: Calibrated<Double>
    /// How many times as often the most chosen expert of a layer is chosen as the least; popularity is even in its
    /// logarithm between them. 1, all alike, where absent: copies of the busiest make up for it.
    public var expertPopularity: Calibrated<Double>?
    /// Whether dies that hold whole experts wait for the one that reads most of its own; they do where absent.
    public var awaitsBusiestDie: Bool?
    public var frontEnd: FrontEnd
    /// Format of keys and values where a deployment does not name one; the weights' 16 bits where absent.
    public var cacheFormat: NumberFormat?
    public var memory: MemoryRule
    /// From how many queries of a request on latent attention expands keys and values rather than absorbs them.
    public var expandsFrom: Sourced<Int>
    /// Whose kernels, where a chip's file tells the engines' apart; the fastest of all engines' where absent.
    public var kernelFamily: KernelFamily?
    /// The kernels of experts that the engine is told to take; its own choice where absent.
    public var expertBackend: ExpertBackend?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case launch, hostPerRequest, graphs, exchange, collectives, attentionInService, expertPopularity
      case awaitsBusiestDie, frontEnd, cacheFormat, memory, expandsFrom, kernelFamily, expertBackend
    }
  }

  /// What a kernel costs beside its work.
  public struct Launch: Decodable, Sendable {
    /// Added to `constants.operatorLaunch` for each kernel of a step that the host launches one by one.
    public var eager: Calibrated<Seconds>
    /// Share of a kernel's isolated start-up that is left in a captured graph.
    public var startupShare: Calibrated<Double>
    /// The same of Triton's kernels of experts, which start when the kernel before them has ended; `startupShare` where
    /// absent.
    public var tritonStartupShare: Calibrated<Double>?
    enum CodingKeys: String, CodingKey, CaseIterable { case eager, startupShare, tritonStartupShare }
  }

  /// Elementwise kernels of a layer as the engine fuses them: how many, and bytes that each value moves.
  public struct Kernels: Decodable, Sendable {
    /// Norms, rotary, cache write, quantise around attention.
    public var attention: Sourced<Int>
    public var latentAttention: Sourced<Int>
    /// Norms of query and key heads, in models that have them; absent: fused with what is there.
    public var headNorms: Sourced<Int>?
    /// Norm and activation around a dense feed-forward.
    public var feedForward: Sourced<Int>
    /// Norm, top-k, sort, activation, weighted sum around experts.
    public var mixture: Sourced<Int>
    /// Bytes a value: norm with residual and quantise; rotary; quantise; activation with quantise.
    public var normBytes: Sourced<Double>
    public var rotaryBytes: Sourced<Double>
    public var quantiseBytes: Sourced<Double>
    public var activationBytes: Sourced<Double>
    /// For each expert of a token, of each value of its hidden state: what brings tokens into the order of experts and
    /// sums their results; absent: nothing.
    public var gatherBytes: Sourced<Double>?
    /// A norm on latents, read and written once more.
    public var latentNormBytes: Sourced<Double>
    /// What kernels around experts move over what `gatherBytes` and `activationBytes` say: the chip's kernels of
    /// experts tell it (`moves`), no file of an engine.
    public var mixtureMoves = 1.0
    /// What ordering many tokens by their experts takes beside that, as the chip's kernels of experts tell.
    public var mixtureOrdering = Seconds.zero
    /// Keys that a query of a prompt costs beside those that it sees, as the chip's kernels of attention tell.
    public var promptKeys = 0.0

    enum CodingKeys: String, CodingKey, CaseIterable {
      case attention, latentAttention, headNorms, feedForward, mixture, normBytes, rotaryBytes, quantiseBytes,
        activationBytes,
        gatherBytes
      case latentNormBytes
    }
  }

  /// Which decode batches replay a captured graph, and to which size they are padded.
  public struct Graphs: Decodable, Sendable {
    /// Largest captured batch; absent where every batch is.
    public var largest: Sourced<Int>?
    /// Sizes: all of these, then multiples of `step`.
    public var sizes: [Int]
    /// Sizes beyond those listed are multiples of this.
    public var step: Int
    /// Whether steps with prompts are launched one kernel at a time.
    public var promptsAreEager: Bool
    /// Where steps are captured in pieces between which attention runs; absent where a graph holds the whole step.
    public var pieces: Pieces?
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case largest, sizes, step, promptsAreEager, pieces, source }
  }

  /// Host time of a step whose graphs end before each layer's attention and begin anew behind it. A step takes at least
  /// as long.
  public struct Pieces: Decodable, Sendable {
    /// Of the launch of one graph, whatever its size; a step has one more than layers.
    public var launch: Calibrated<Seconds>
    /// Of a kernel between the pieces.
    public var kernel: Calibrated<Seconds>
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case launch, kernel, source }
  }

  /// How tokens reach their experts.
  public struct ExchangeRule: Decodable, Sendable {
    /// Where every die has every token (no attention data parallel), and where it has not.
    public var shared: ExpertExchange
    public var split: ExpertExchange
    /// Steps with prompts, where they differ from `split`.
    public var prompts: ExpertExchange?
    /// Format of gathered hidden values.
    public var gatherFormat: NumberFormat
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case shared, split, prompts, gatherFormat, source }
  }

  /// Sums over dies that all have the tokens; every token to every die and sums back; or each token to its experts, in
  /// small messages, or in large ones that boards forward.
  public enum ExpertExchange: String, Decodable, Sendable, CaseIterable {
    case allReduce, gatherScatter, lowLatency, bulk
  }

  /// The kernels with which an engine sums over dies, in no order: the fastest for a size is taken.
  public struct Collectives: Decodable, Sendable {
    public var kernels: [CollectiveKernel]
    /// What a rank waits for the slowest before each collective of a running engine, beside the isolated kernel.
    public var wait: Calibrated<Seconds>
    /// Sizes up to which the sum is fused with the norm after it: one elementwise kernel less.
    public var fusedUpTo: Sourced<Bytes>?
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable { case kernels, wait, fusedUpTo, source }
  }

  /// Time from a request's arrival to the scheduler and from a token to the client; in no step, but in the time to the
  /// first token.
  public struct FrontEnd: Decodable, Sendable {
    public var constant: Calibrated<Seconds>
    public var perPromptToken: Calibrated<Seconds>
    enum CodingKeys: String, CodingKey, CaseIterable { case constant, perPromptToken }
  }

  /// How much memory is left to keys and values.
  public struct MemoryRule: Decodable, Sendable {
    /// Of the whole memory less everything else (vLLM, MindIE), or of what is free once weights are loaded
    /// (TensorRT-LLM).
    public var kind: Kind
    public var share: Sourced<Double>
    /// Context of the runtime, communicators, graphs.
    public var runtime: Sourced<Bytes>
    public enum Kind: String, Decodable, Sendable, CaseIterable { case shareOfTotal, shareOfFree }
    enum CodingKeys: String, CodingKey, CaseIterable { case kind, share, runtime }
  }
}

/// An algorithm of a collective.
public enum CollectiveKernel: String, Decodable, Sendable, CaseIterable {
  /// Each rank reads what all others hold: one hop, (n − 1) times the bytes.
  case oneShot
  /// Reduce-scatter, then all-gather, straight to each rank: two hops.
  case twoShot
  /// The same from neighbour to neighbour, or in a tree: a library's general kernel.
  case ring
  /// Switches add on the way.
  case inSwitch
}

extension Engine.Execution {
  /// The size to which a pure decode batch is padded; nil where the step is launched kernel by kernel.
  public func capturedSize(_ requests: Int) -> Int? { graphs.capturedSize(requests) }
}

extension Engine.Graphs {
  /// The captured size to which a pure decode batch is padded; nil above the largest.
  public func capturedSize(_ requests: Int) -> Int? {
    if let largest = largest?.value, requests > largest { return nil }
    if let size = sizes.first(where: { $0 >= requests }) { return size }
    guard step > 1 else { return requests }
    return (requests + step - 1) / step * step
  }
}
