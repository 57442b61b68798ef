import Formats

/// The program, the seed and the hash of what decided a result: its request and the catalog entries that it names.
struct ResultRun: Encodable {
  var version = Supernode.version
  var seed: UInt64
  /// nil of a comparison, whose columns are results with hashes of their own.
  var inputHash: String?

  init(seed: UInt64) { self.seed = seed }

  init(seed: UInt64, request: some Encodable, entries: [(kind: String, name: String)], in catalog: Catalog) throws {
    self.seed = seed
    var hash = ContentHash()
    var texts = [try JSONText.encode(request)]
    for (kind, name) in entries {
      if let path = catalog.path(of: name, kind: kind) { texts.append(try textOfFile(path)) }
    }
    for var text in texts { text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) } }
    inputHash = hash.finish()
  }
}

/// A result with its run beside its own fields.
struct WithRun<Result: Encodable>: Encodable {
  var result: Result
  var run: ResultRun

  enum CodingKeys: String, CodingKey { case run }

  func encode(to encoder: any Encoder) throws {
    try result.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(run, forKey: .run)
  }
}
