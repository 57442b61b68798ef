import Units

/// What isolated kernels reach on a chip, by the format they compute in; fits of published kernel tables.
///
/// Engines with an `execution` part use these in place of the shares that hold for every format: the chip's own, and
/// over them those of the engine's own kernels, by `execution.kernelFamily` and `execution.expertBackend`.
public struct KernelEfficiency: Decodable, Sendable {
  public var products: ByFormat
  /// Products of routed experts, many small ones in one kernel.
  public var experts: ByFormat
  /// Attention over one new token a request, by the format of keys and values; `share` is that of prompts' attention in
  /// 16 bits.
  public var attention: ByFormat
  /// Attention of one new token a request over latents, by the format in which they lie.
  public var latentAttention: ByFormat?
  /// Where an engine's kernels were measured apart from the other engines'.
  public var engines: Engines?
  /// Kernels of experts that can be asked for by name, whichever engine runs them.
  public var expertBackends: Backends?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case products, experts, attention, latentAttention, engines, expertBackends
  }

  public struct Engines: Decodable, Sendable {
    public var vLLM: Own?
    public var sgLang: Own?
    public var tensorRT: Own?
    enum CodingKeys: String, CodingKey, CaseIterable { case vLLM, sgLang, tensorRT }

    public subscript(family: KernelFamily) -> Own? {
      switch family {
      case .vLLM: vLLM
      case .sgLang: sgLang
      case .tensorRT: tensorRT
      }
    }
  }

  /// One engine's own kernels; formats that are missing are the chip's.
  public struct Own: Decodable, Sendable {
    public var experts: ByFormat?
    /// The backend whose kernels `experts` are, where they are of one.
    public var expertBackend: ExpertBackend?
    public var attention: ByFormat?
    public var latentAttention: ByFormat?
    enum CodingKeys: String, CodingKey, CaseIterable { case experts, expertBackend, attention, latentAttention }
  }

  public struct Backends: Decodable, Sendable {
    public var deepGEMM: ByFormat?
    public var trtllm: ByFormat?
    public var triton: ByFormat?
    enum CodingKeys: String, CodingKey, CaseIterable { case deepGEMM, trtllm, triton }

    public subscript(backend: ExpertBackend) -> ByFormat? {
      switch backend {
      case .deepGEMM: deepGEMM
      case .trtllm: trtllm
      case .triton: triton
      case .cutlass, .marlin: nil
      }
    }
  }

  /// By the format that is computed in.
  public struct ByFormat: Decodable, Sendable {
    public var bf16: Reach?
    public var fp8: Reach?
    /// FP8 with a scale for each block; as `fp8` where it is missing.
    public var fp8Block: Reach?
    public var fp4: Reach?
    /// Weights of four bits, widened in the kernel to the 16 bits that it computes in.
    public var weights4: Reach?
    /// Weights of four bits with activations of eight.
    public var weights4Activations8: Reach?
    enum CodingKeys: String, CodingKey, CaseIterable { case bf16, fp8, fp8Block, fp4, weights4, weights4Activations8 }

    /// Of products of weights in `format` that compute in `compute`, or of keys and values that lie in `format`; one
    /// that is missing has the next wider one's.
    public func reach(_ format: NumberFormat, computing compute: NumberFormat) -> Reach? {
      if format.bits == 4, compute.bits == 16 { return weights4 ?? bf16 }
      if format.bits == 4, compute.bits == 8 { return weights4Activations8 ?? fp8 ?? bf16 }
      switch compute {
      case .nvfp4, .mxfp4: return fp4 ?? fp8 ?? bf16
      case .fp8, .fp8Block, .mxfp8, .int8:
        return format == .fp8Block || format == .mxfp8 ? fp8Block ?? fp8 ?? bf16 : fp8 ?? bf16
      default: return bf16
      }
    }

    /// These, where they are known, and the others' where they are not.
    func over(_ others: ByFormat?) -> ByFormat {
      ByFormat(
        bf16: bf16 ?? others?.bf16, fp8: fp8 ?? others?.fp8, fp8Block: fp8Block ?? others?.fp8Block,
        fp4: fp4 ?? others?.fp4, weights4: weights4 ?? others?.weights4,
        weights4Activations8: weights4Activations8 ?? others?.weights4Activations8)
    }
  }

  /// What kernels reach, and the fit that says so.
  public struct Reach: Decodable, Sendable {
    /// Share of the peak of large kernels.
    public var share: Double
    /// Share of the memory bandwidth of small kernels.
    public var read: Double
    /// Start-up of an isolated kernel.
    public var startup: Seconds
    /// How computing and reading join; absent: the longer counts.
    public var join: Join?
    /// Values of a result that cost as much as they do beside them: a small result does not fill the chip. In place of
    /// whole tiles; absent: whole tiles.
    public var fill: Double?
    /// Of experts: the start-ups of their two products hold what chooses, orders, activates and sums around them;
    /// absent: those are kernels of their own.
    public var holdsMixture: Bool?
    /// Of experts: bytes that gathering, quantising, activating and summing around their products move, over those that
    /// the engine counts (`gatherBytes`, `activationBytes`); as many where absent.
    public var moves: Double?
    /// Of experts: what bringing many tokens into the order of their experts takes, in kernels that a step of few
    /// tokens spares; half of it at 128 tokens. None where absent.
    public var ordering: Seconds?
    /// Of attention: keys that a query of a prompt costs beside those that it sees: blocks on the diagonal, queries and
    /// outputs moved; none where absent.
    public var extraKeys: Double?
    /// What was fitted, and the error on what was not.
    public var source: String
    enum CodingKeys: String, CodingKey, CaseIterable {
      case share, read, startup, join, fill, holdsMixture, moves, ordering, extraKeys, source
    }

    /// (compute^p + memory^p)^(1/p): p is 1 for `sum`, 2 for `root`, 4 for `fourthRoot`.
    public enum Join: String, Decodable, Sendable, CaseIterable {
      case sum, root, fourthRoot
      /// Of p = 2^squarings.
      public var squarings: Int {
        switch self {
        case .sum: 0
        case .root: 1
        case .fourthRoot: 2
        }
      }
    }
  }
}

/// The engine whose kernels were measured on their own.
public enum KernelFamily: String, Codable, Sendable, CaseIterable {
  case vLLM, sgLang, tensorRT
}

/// Kernels of experts that an engine can be told to take: `moe_config.backend`, `--moe-runner-backend`.
public enum ExpertBackend: String, Codable, Sendable, CaseIterable {
  case cutlass, deepGEMM, trtllm, triton, marlin

  /// As launch scripts write it: `CUTLASS`, `flashinfer_trtllm`, `deep_gemm`; nil of any other.
  public init?(launchName: String) {
    switch launchName.lowercased().filter({ $0.isLetter || $0.isNumber }) {
    case "cutlass", "flashinfercutlass": self = .cutlass
    case "deepgemm": self = .deepGEMM
    case "trtllm", "flashinfertrtllm": self = .trtllm
    case "triton", "tritonkernel": self = .triton
    case "marlin": self = .marlin
    default: return nil
    }
  }
}

extension KernelEfficiency {
  /// With one engine's own kernels, and the backend of experts that it was told to take, in their places.
  public func of(_ family: KernelFamily?, _ backend: ExpertBackend?) -> KernelEfficiency {
    var kernels = self
    let own = family.flatMap { engines?[$0] }
    kernels.attention = own?.attention?.over(attention) ?? attention
    kernels.latentAttention = own?.latentAttention?.over(latentAttention) ?? latentAttention
    kernels.experts = own?.experts?.over(experts) ?? experts
    if let backend, backend != own?.expertBackend, let asked = expertBackends?[backend] {
      kernels.experts = asked.over(kernels.experts)
    }
    return kernels
  }
}
