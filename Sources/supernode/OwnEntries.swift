import Formats
import Hardware
import Units

/// What the user's own folders add to the catalog, told once on standard error.
enum OwnEntries {
  /// A sentence for each folder. `used` are the entries that a simulation rests on; all of them where it is nil.
  static func words(of folders: [String], used: [(kind: String, name: String)]? = nil, in catalog: Catalog) throws
    -> [String]
  {
    let paths = used.map { Set($0.compactMap { catalog.path(of: $0.name, kind: $0.kind) }) }
    return try folders.map { folder in
      let entries = try catalog.entries(of: folder).filter { paths?.contains($0.path) ?? true }
      let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
      guard !entries.isEmpty else { return "no entry of \(folder)/ is used by this scenario" }
      let named = entries.prefix(4).map { "\($0.kind.dropLast()) \($0.name)" }.joined(separator: ", ")
      return "\(count) of \(folder)/ in use: \(named)\(entries.count > 4 ? ", …" : "")"
        + withoutSource(entries, catalog)
    }
  }

  private static func withoutSource(_ entries: [Catalog.Entry], _ catalog: Catalog) -> String {
    // Faults are told where the entry is read.
    let places = entries.flatMap { (try? catalog.numbersWithoutSource($0.kind, $0.name)) ?? [] }
    guard let first = places.first else { return "" }
    let numbers = places.count == 1 ? "1 number names no source" : "\(places.count) numbers name no source, the first"
    return "; \(numbers): \(first)"
  }
}
