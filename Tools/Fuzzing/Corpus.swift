import Foundation

/// What mutations begin with: the repository's own files, and inputs that once did harm.
struct Corpus {
  let root: String
  /// Longer files are cut to whole lines: a mutation of the start reaches as far.
  static let longest = 100_000

  private var catalog: String { "\(root)/Sources/Formats/Resources/catalog" }

  func seeds(of kind: Subject.Kind) throws -> [[UInt8]] {
    var list = builtIn(kind) + samples(kind)
    list += files(in: "\(root)/Tests/Corpus/\(kind.rawValue)")
    return list.filter { !$0.isEmpty }
  }

  /// Inputs of a kind that once did harm, with their names.
  func kept(_ kind: Subject.Kind) -> [(name: String, bytes: [UInt8])] {
    let folder = "\(root)/Tests/Corpus/\(kind.rawValue)"
    return names(in: folder).compactMap { name in read("\(folder)/\(name)").map { (name, $0) } }
  }

  private func builtIn(_ kind: Subject.Kind) -> [[UInt8]] {
    switch kind {
    case .serving: files(in: "\(root)/Examples")
    case .supply: files(in: "\(root)/Examples/supply") + files(in: "\(catalog)/supply").filter { $0.count < 1000 }
    case .config: names(in: "\(catalog)/models").compactMap { read("\(catalog)/models/\($0)/config.json") }
    case .measurements: table("\(catalog)/published/ascend.csv")
    case .runs: table("\(catalog)/published/serving-runs-gpu.csv")
    case .budgets: files(in: "\(catalog)/published", ending: "budgets.yaml")
    case .chips, .systems, .engines, .traces, .calibrations: files(in: "\(catalog)/\(kind.rawValue)", ending: ".yaml")
    case .supplyFiles: files(in: "\(catalog)/supply")
    default: []
    }
  }

  private func samples(_ kind: Subject.Kind) -> [[UInt8]] { Samples.of(kind).map { Array($0.utf8) } }

  /// A long table as several short ones with its header.
  private func table(_ path: String) -> [[UInt8]] {
    guard let text = read(path, whole: true) else { return [] }
    let lines = text.split(separator: 10)
    guard let header = lines.first, lines.count > 1 else { return [] }
    let rows = Array(lines.dropFirst())
    let step = max(1, rows.count / 24)
    return stride(from: 0, to: rows.count, by: step).map { start in
      Array(([header] + rows[start..<min(rows.count, start + 6)]).joined(separator: [10])) + [10]
    }
  }

  private func files(in folder: String, ending: String = "") -> [[UInt8]] {
    names(in: folder).filter { $0.hasSuffix(ending) }.compactMap { read("\(folder)/\($0)") }
  }

  private func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  private func read(_ path: String, whole: Bool = false) -> [UInt8]? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let bytes = [UInt8](data)
    guard bytes.count > Self.longest, !whole else { return bytes }
    let end = bytes[..<Self.longest].lastIndex(of: 10) ?? Self.longest
    return Array(bytes[..<end])
  }
}
