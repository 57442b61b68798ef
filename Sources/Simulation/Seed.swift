/// The one seed of a run; every component draws from a stream of its own name, so that a change in one moves no other.
public struct Seed: Hashable, Sendable {
  public var value: UInt64
  public init(_ value: UInt64) { self.value = value }

  public func stream(_ name: String) -> RandomStream {
    var key: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return RandomStream(key: mixed(mixed(value) ^ key))
  }
}

/// SplitMix64's finalizer: a bijection of 64 bits that scatters neighbouring inputs.
@inlinable func mixed(_ input: UInt64) -> UInt64 {
  var bits = input &+ 0x9e37_79b9_7f4a_7c15
  bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
  bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
  return bits ^ (bits >> 31)
}

/// Random numbers by counter: the n-th is a pure function of the key and n, so any one can be drawn out of order.
///
/// SplitMix64 keyed twice; passes the statistical tests in `SimulationTests`, and is not for cryptography.
public struct RandomStream: RandomNumberGenerator, Sendable {
  @usableFromInline var key: UInt64
  /// How many numbers have been drawn.
  public var counter: UInt64 = 0

  @usableFromInline init(key: UInt64) { self.key = key }

  @inlinable public func number(_ index: UInt64) -> UInt64 { mixed(mixed(index ^ key) &+ key) }

  @inlinable public mutating func next() -> UInt64 {
    defer { counter &+= 1 }
    return number(counter)
  }

  /// A stream for the `index`-th of many like things (a draw, a request).
  @inlinable public func substream(_ index: UInt64) -> RandomStream { RandomStream(key: mixed(key ^ mixed(index))) }

  /// Uniform in (0, 1): never 0, so that its logarithm exists.
  @inlinable public mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
}
