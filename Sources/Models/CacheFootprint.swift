import Units

/// Bytes that a sequence takes in the cache: a fixed part and parts that grow with its tokens, some up to a limit.
///
///     let footprint = architecture.cacheFootprint(.sixteenBit)
///     footprint.bytes(tokens: 4096)
///
/// Of all ranks together. Ignored: rounding up to whole blocks, and copies where heads cannot be divided.
public struct CacheFootprint: Hashable, Sendable {
  public struct Part: Hashable, Sendable {
    public var bytesPerToken: Bytes
    /// Which tokens are kept. A choice of the best tokens keeps all of them: it is `.full`.
    public var kind: ContextKind
    public init(bytesPerToken: Bytes, kind: ContextKind) {
      self.bytesPerToken = bytesPerToken
      self.kind = kind
    }
  }

  /// Of each sequence, whatever its length: states of linear attention, convolutions, compressors.
  public var fixed: Bytes
  /// One for each kind, in the order of kinds.
  public var parts: [Part]

  public init(fixed: Bytes = .zero, parts: [Part] = []) {
    self.fixed = fixed
    self.parts = []
    for part in parts where part.bytesPerToken > .zero {
      if let same = self.parts.firstIndex(where: { $0.kind == part.kind }) {
        self.parts[same].bytesPerToken = self.parts[same].bytesPerToken + part.bytesPerToken
      } else {
        self.parts.append(part)
      }
    }
    self.parts.sort { $0.kind < $1.kind }
  }

  /// Of a sequence of so many tokens.
  public func bytes(tokens: Int) -> Bytes {
    parts.reduce(fixed) { $0 + $1.bytesPerToken * Double($1.kind.kept(of: tokens)) }
  }

  /// What every further token of a long sequence adds.
  public var bytesPerToken: Bytes {
    parts.reduce(.zero) { $1.kind.limit == nil ? $0 + $1.bytesPerToken : $0 }
  }

  /// The most that the parts with a limit can hold.
  public var greatestBounded: Bytes {
    parts.reduce(.zero) { sum, part in part.kind.limit.map { sum + part.bytesPerToken * Double($0) } ?? sum }
  }

  public static func + (left: Self, right: Self) -> Self {
    Self(fixed: left.fixed + right.fixed, parts: left.parts + right.parts)
  }

  static func * (count: Int, footprint: Self) -> Self {
    Self(
      fixed: footprint.fixed * Double(count),
      parts: footprint.parts.map { Part(bytesPerToken: $0.bytesPerToken * Double(count), kind: $0.kind) })
  }
}

/// How caches are written: keys and values, index keys, states.
public struct CacheFormats: Hashable, Sendable {
  public enum Layout: Hashable, Sendable {
    /// Every element takes this many bytes.
    case elements(bytes: Double)
    /// DeepSeek's FP8 layouts: latents and index keys in FP8 with FP32 scales of 128 elements, the rotary part of a
    /// latent in 16 bits (656 bytes of 512 + 64 elements); V4's entries with one-byte scales of 64 elements (584 of
    /// 512). Keys and values of heads stay in 16 bits.
    case deepSeekFP8
  }

  /// Keys, values, latents and compressed entries.
  public var entries: Layout
  public var indexKeys: Layout
  /// Bytes of an element of a state matrix and of a convolution's memory.
  public var state: Double
  public var convolution: Double

  public init(entries: Layout, indexKeys: Layout? = nil, state: Double = 4, convolution: Double = 2) {
    self.entries = entries
    self.indexKeys = indexKeys ?? entries
    self.state = state
    self.convolution = convolution
  }

  /// Everything in 16 bits, but states in FP32.
  public static let sixteenBit = Self(entries: .elements(bytes: 2))
  /// As DeepSeek's own engine and vLLM write the caches of V3.2 and V4.
  public static let deepSeekFP8 = Self(entries: .deepSeekFP8)

  func bytes(elements: Int) -> Double {
    switch entries {
    case .elements(let bytes): Double(elements) * bytes
    case .deepSeekFP8: Double(elements) * 2
    }
  }

  /// A latent vector and its shared rotary key.
  func bytes(latent: Int, rotary: Int) -> Double {
    switch entries {
    case .elements(let bytes): Double(latent + rotary) * bytes
    case .deepSeekFP8: Double(latent + 4 * ((latent + 127) / 128) + 2 * rotary)
    }
  }

  /// An entry of compressed attention, padded to 8 bytes.
  func bytes(compressed width: Int, rotary: Int) -> Double {
    switch entries {
    case .elements(let bytes): return Double(width) * bytes
    case .deepSeekFP8:
      let unpadded = width - rotary + 2 * rotary + (width - rotary + 63) / 64
      return Double((unpadded + 7) / 8 * 8)
    }
  }

  func bytes(indexKey dimension: Int) -> Double {
    switch indexKeys {
    case .elements(let bytes): Double(dimension) * bytes
    case .deepSeekFP8: Double(dimension + 4 * ((dimension + 127) / 128))
    }
  }
}

extension Architecture {
  /// Of one sequence over all layers, and over the draft layers where they speculate.
  public func cacheFootprint(_ formats: CacheFormats, drafting: Bool = false) -> CacheFootprint {
    var sum = layers.reduce(CacheFootprint()) { $0 + $1.count * $1.attention.cacheFootprint(formats) }
    if drafting, let draftShape {
      sum = sum + multiTokenPredictionLayers * draftShape.attention.cacheFootprint(formats)
    }
    return sum
  }
}
