import Units

extension CodingUserInfoKey {
  /// Set to `true` for files of others (Hugging Face configs), whose unknown fields are passed over.
  public static let allowUnknownKeys = CodingUserInfoKey(rawValue: "allowUnknownKeys").unsafelyUnwrapped
  /// Set to the folder in whose files every number must name its source, empty for none; where it is not set, all must.
  public static let folderWithSources = CodingUserInfoKey(rawValue: "folderWithSources").unsafelyUnwrapped
}

extension Node: Decodable {
  /// A `Node` inside a decoded type takes the value as it stands, with its place.
  public init(from decoder: any Decoder) throws {
    if decoder is StandInDecoder || decoder is RecordingDecoder {
      // A year is a number and a date at once, so that types which read their own node have a stand-in too.
      self.init(.scalar("2025", quoted: false), at: Place(file: "", line: 0))
      return
    }
    guard let decoder = decoder as? NodeDecoder else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a Node is decoded from a Node only"))
    }
    self = decoder.node
    decoder.ledger.acceptEverything()
  }
}

extension Node {
  /// Reads this value as a `T`; throws `Problems` with every fault that could be found, in the order of the file.
  ///
  /// Unknown fields are faults unless `userInfo[.allowUnknownKeys]` is true; null counts as absent.
  public func decode<T: Decodable>(
    _ type: T.Type = T.self, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> T {
    try decodedFacts(type, userInfo: userInfo).value
  }

  /// The same, with the places of numbers that stand without a source where they may.
  public func decodedFacts<T: Decodable>(
    _ type: T.Type = T.self, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> (value: T, withoutSource: [Place]) {
    let first = DecodingRun(userInfo: userInfo, collecting: false)
    var failure: (any Error)?
    do {
      let value = try first.value(type, of: self, at: [])
      if first.problems.isEmpty { return (value, first.withoutSource) }
    } catch { failure = error }
    // Something is wrong: once more, with a stand-in for each value that fails, to see all that is.
    let second = DecodingRun(userInfo: userInfo, collecting: true)
    do { _ = try second.value(type, of: self, at: []) } catch { second.record(error) }
    if second.problems.isEmpty, let failure { second.record(failure) }
    throw Problems(second.sortedProblems())
  }
}

/// A mapping whose names the file chooses, in the order of the file.
public struct NamedValues<Value: Decodable & Sendable>: Decodable, Sendable {
  public var list: [(name: String, value: Value)]

  public init(_ list: [(name: String, value: Value)]) { self.list = list }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: FieldName.self)
    list = try container.allKeys.map { ($0.stringValue, try container.decode(Value.self, forKey: $0)) }
  }

  public subscript(name: String) -> Value? { list.first { $0.name == name }?.value }
}

/// A field whose name is not known beforehand.
public struct FieldName: CodingKey, Hashable, Sendable {
  public var stringValue: String
  public var intValue: Int?
  public init(stringValue: String) { self.stringValue = stringValue }
  public init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}
