/// Where a value stands: its file, its line and the fields that lead to it.
public struct Place: Hashable, Sendable, CustomStringConvertible {
  /// As the user named it; `--set` for a value from the command line.
  public var file: String
  /// Counted from 1; 0 where there is no line.
  public var line: Int
  /// `decode.instances`, `layers[2].x`; empty at the root.
  public var path: String

  public init(file: String, line: Int, path: String = "") {
    self.file = file
    self.line = line
    self.path = path
  }

  /// `scenario.yaml:7: decode.instances`.
  public var description: String {
    let start = line > 0 ? "\(file):\(line)" : file
    return path.isEmpty ? start : "\(start): \(path)"
  }

  func field(_ name: String, line: Int? = nil) -> Place {
    Place(file: file, line: line ?? self.line, path: path.isEmpty ? name : "\(path).\(name)")
  }

  func element(_ index: Int, line: Int? = nil) -> Place {
    Place(file: file, line: line ?? self.line, path: "\(path)[\(index)]")
  }
}
