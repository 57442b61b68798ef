import Formats
import Foundation
import Models
import Testing
import Units

/// The configs that the Python package aiconfigurator-core (Apache-2.0) ships, read where it is installed and never
/// copied: in the folder that `SUPERNODE_AICONFIGURATOR` names, or beside the `python3` of the path.
private let installed: [URL] = {
  let files = FileManager.default
  func configs(_ folder: URL) -> [URL] {
    let found = (try? files.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return found.filter { $0.lastPathComponent.hasSuffix("_config.json") && !isAddition($0) }
      .sorted { $0.path < $1.path }
  }
  let environment = ProcessInfo.processInfo.environment
  if let named = environment["SUPERNODE_AICONFIGURATOR"] {
    return configs(URL(fileURLWithPath: named).appendingPathComponent("model_configs"))
  }
  let pythons = (environment["PATH"] ?? "").split(separator: ":").map { URL(fileURLWithPath: String($0)) }
  for folder in pythons where files.isExecutableFile(atPath: folder.appendingPathComponent("python3").path) {
    let libraries = folder.deletingLastPathComponent().appendingPathComponent("lib")
    for version in (try? files.contentsOfDirectory(atPath: libraries.path))?.sorted() ?? [] {
      let package = libraries.appendingPathComponent("\(version)/site-packages/aiconfigurator_core/model_configs")
      if files.fileExists(atPath: package.path) { return configs(package) }
    }
  }
  return []
}()

/// Quantisation alone, beside a model's config.
private func isAddition(_ file: URL) -> Bool { file.lastPathComponent.contains("hf_quant_config") }

@Suite(.enabled(if: !installed.isEmpty)) struct InstalledConfigsTests {
  @Test("95% of the configs that a planner's users keep are read, and the rest refused by a sentence")
  func read() throws {
    var refused: [String] = []
    for file in installed {
      do {
        let text = try String(contentsOf: file, encoding: .utf8)
        let model = try Architecture(config: Node.parse(text, file: file.lastPathComponent), name: "it")
        #expect(ParameterCount(model).total > 100_000_000)
        let shown = ProcessInfo.processInfo.environment["SUPERNODE_SHOW"] != nil
        if shown {
          print(
            file.lastPathComponent, ParameterCount(model).total, ParameterCount(model).activeWithoutEmbedding,
            model.quantization.map { "\($0.method) \($0.formats.map { "\($0.key) \($0.value.numbers)" }.sorted())" }
              ?? "-", model.maximumPositions, model.unmodelled)
        }
      } catch {
        refused.append("\(error)")
      }
    }
    #expect(refused.allSatisfy { $0.contains("; ") })
    #expect(Double(refused.count) <= 0.05 * Double(installed.count), "\(refused.joined(separator: "\n"))")
    if ProcessInfo.processInfo.environment["SUPERNODE_SHOW"] != nil { print(refused.joined(separator: "\n")) }
  }
}
