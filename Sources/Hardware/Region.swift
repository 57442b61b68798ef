import Formats
import Units

/// A region of the power grid.
public struct Region: Decodable, Sendable {
  public var name: String
  /// Carbon dioxide and its equivalents of the electricity that is made or used there, in the mean of a year.
  public var carbon: Sourced<KilogramsPerJoule>

  enum CodingKeys: String, CodingKey, CaseIterable { case name, carbon }
}

extension Catalog {
  public func region(_ name: String) throws -> Region {
    try node("regions", name).decode(Region.self, userInfo: decodingRules)
  }
}
