import Formats
import Units

/// A trace of the catalog: where it comes from and under what licence, and its file beside the entry.
public struct TraceEntry: Decodable, Hashable, Sendable {
  public var name: String
  public var title: String
  public var file: String
  public var format: TraceFormat
  public var licence: String
  public var source: String
  public var attribution: String
  public var note: String?

  /// The entry of that name, and the path of its file.
  public static func find(_ name: String, in catalog: Catalog) throws -> (entry: TraceEntry, path: String) {
    guard let entryPath = catalog.path(of: name, kind: "traces") else {
      let unknown = catalog.unknown("traces", name)
      throw Problem(unknown.place, unknown.fault, wayOut: "\(unknown.wayOut), or give a file as ./trace.jsonl")
    }
    let entry = try catalog.node("traces", name).decode(TraceEntry.self)
    let folder = entryPath.lastIndex(of: "/").map { entryPath[...$0] } ?? ""
    return (entry, entry.file.hasPrefix("/") ? entry.file : folder + entry.file)
  }
}
