#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The paths of results that are not complete, for a signal handler to remove: plain memory, no locks.
public enum UnfinishedFiles {
  private static let places = 16
  nonisolated(unsafe) private static let paths: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = {
    let paths = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: places)
    paths.initialize(repeating: nil, count: places)
    return paths
  }()

  /// Remembers a path; beyond sixteen at a time it is left where it is.
  static func add(_ path: String) {
    for index in 0..<places where paths[index] == nil {
      paths[index] = strdup(path)
      return
    }
  }

  static func forget(_ path: String) {
    for index in 0..<places {
      guard let known = paths[index], strcmp(known, path) == 0 else { continue }
      // Not freed: the handler may be reading it.
      paths[index] = nil
      return
    }
  }

  /// Safe in a signal handler.
  public static func removeAll() {
    for index in 0..<places { if let path = paths[index] { unlink(path) } }
  }
}
