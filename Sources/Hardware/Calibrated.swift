import Units

/// A constant of a model with what identifies it: the rows or facts it was fitted on or taken from, and the band that
/// fits as well.
public struct Calibrated<Value: Sendable>: Sendable {
  public var value: Value
  /// The band over equally good fits.
  public var low: Value?
  public var high: Value?
  /// Rows of the published files, or facts of the catalog; empty where the value is an engineering prior.
  public var identifiedBy: [String]
  public var source: String

  public init(_ value: Value, low: Value? = nil, high: Value? = nil, identifiedBy: [String] = [], source: String) {
    self.value = value
    self.low = low
    self.high = high
    self.identifiedBy = identifiedBy
    self.source = source
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case value, low, high, identifiedBy, source }
}

extension Calibrated: Decodable where Value: Decodable {
  public init(from decoder: any Decoder) throws {
    if let plain = try plainFact(Value.self, from: decoder) {
      value = plain
      identifiedBy = []
      source = noSource
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    value = try container.decode(Value.self, forKey: .value)
    low = try container.decodeIfPresent(Value.self, forKey: .low)
    high = try container.decodeIfPresent(Value.self, forKey: .high)
    identifiedBy = try container.decodeIfPresent([String].self, forKey: .identifiedBy) ?? []
    source = try sourceOfFact(in: container, .source, decoder)
    try checkRange(value, low, high)
  }
}
extension Calibrated: Equatable where Value: Equatable {}
extension Calibrated: Hashable where Value: Hashable {}

/// One constant as `validate` lists it.
public struct ConstantListing: Hashable, Sendable {
  /// `chip.matrixUtilisation`, `fabric.dispatch.startup`, …
  public var name: String
  public var value: String
  public var identifiedBy: [String]
  public var source: String
  /// Whether it was fitted on rows, rather than taken from a data sheet or set by judgement.
  public var isFitted: Bool { !identifiedBy.isEmpty }

  public init<Value>(_ name: String, _ constant: Calibrated<Value>) {
    self.name = name
    value = "\(constant.value)"
    identifiedBy = constant.identifiedBy
    source = constant.source
  }
}
