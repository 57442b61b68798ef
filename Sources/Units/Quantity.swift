/// A number of SI units of one dimension.
@frozen public struct Quantity<D: Dimension>: Hashable, Comparable, Sendable {
  public var value: Double
  @inlinable public init(_ value: Double) { self.value = value }
  @inlinable public static var zero: Self { Self(0) }
  @inlinable public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

public typealias Seconds = Quantity<Time>
public typealias Bytes = Quantity<Information>
public typealias FLOPs = Quantity<Work>
public typealias Joules = Quantity<Energy>
public typealias Dollars = Quantity<Money>
public typealias Kilograms = Quantity<Mass>
public typealias BytesPerSecond = Quantity<Per<Information, Time>>
public typealias FLOPsPerSecond = Quantity<Per<Work, Time>>
public typealias Watts = Quantity<Per<Energy, Time>>
public typealias DollarsPerJoule = Quantity<Per<Money, Energy>>
public typealias KilogramsPerJoule = Quantity<Per<Mass, Energy>>
public typealias DollarsPerSecond = Quantity<Per<Money, Time>>

extension Quantity: AdditiveArithmetic {
  @inlinable public static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }
  @inlinable public static func - (left: Self, right: Self) -> Self { Self(left.value - right.value) }
}

extension Quantity {
  @inlinable public static prefix func - (quantity: Self) -> Self { Self(-quantity.value) }
  @inlinable public static func * (left: Self, right: Double) -> Self { Self(left.value * right) }
  @inlinable public static func * (left: Double, right: Self) -> Self { Self(left * right.value) }
  @inlinable public static func / (left: Self, right: Double) -> Self { Self(left.value / right) }
  /// The ratio of two like quantities.
  @inlinable public static func / (left: Self, right: Self) -> Double { left.value / right.value }
}

// The three operators that join dimensions.

/// Bytes / seconds = bytes per second.
@inlinable public func / <A: Dimension, B: Dimension>(left: Quantity<A>, right: Quantity<B>) -> Quantity<Per<A, B>> {
  Quantity(left.value / right.value)
}
/// Bytes / (bytes per second) = seconds.
@inlinable public func / <A: Dimension, B: Dimension>(left: Quantity<A>, right: Quantity<Per<A, B>>) -> Quantity<B> {
  Quantity(left.value / right.value)
}
/// Bytes per second × seconds = bytes.
@inlinable public func * <A: Dimension, B: Dimension>(left: Quantity<Per<A, B>>, right: Quantity<B>) -> Quantity<A> {
  Quantity(left.value * right.value)
}
