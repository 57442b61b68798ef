import Units

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A result that appears under its name only when it is complete; `-` is standard output, which has no way back.
///
/// Bytes go to a temporary file beside it; `commit` renames it, and without that it is removed. A link is followed;
/// what is no ordinary file (a device, a pipe) is written to as it is.
public final class OutputFile {
  public let path: String
  /// Where the bytes end up: `path`, or what it links to.
  private let target: String
  /// nil where the target is written to as it is.
  private let temporaryPath: String?
  /// Negative once it is closed.
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var isStandardOutput: Bool { path == "-" }

  /// Throws at once if the folder cannot be written, before any work is done for it.
  public init(path: String) throws {
    self.path = path
    target = path == "-" ? path : linkTarget(of: path)
    temporaryPath = path == "-" || isSpecial(target) ? nil : "\(target).\(getpid()).partial"
    buffer.reserveCapacity(65_536)
    descriptor = 1
    guard path != "-" else { return }
    descriptor = -1
    if isFolder(target) { throw Problem(path, "is a folder", wayOut: "name a file in it") }
    if let temporaryPath {
      try makeFolder(of: target)
      descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      if descriptor >= 0 { UnfinishedFiles.add(temporaryPath) }
    } else {
      descriptor = open(target, O_WRONLY | O_CLOEXEC)
    }
    guard descriptor >= 0 else {
      throw Problem(
        path, "cannot be written: \(systemError())", wayOut: "choose another place or change its permissions")
    }
  }

  deinit { discard() }

  public func append(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 60_000 { try flush() }
  }

  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 60_000 { try flush() }
  }

  /// Writes what is left and gives the file its name.
  public func commit() throws {
    try flush()
    guard !isStandardOutput else { return }
    var failed = close(descriptor) != 0
    if let temporaryPath {
      failed = failed || rename(temporaryPath, target) != 0
      UnfinishedFiles.forget(temporaryPath)
    }
    let why = systemError()
    descriptor = -1
    if failed {
      if let temporaryPath { unlink(temporaryPath) }
      throw Problem(path, "cannot be written: \(why)", wayOut: "choose another place")
    }
  }

  /// Removes what was written.
  public func discard() {
    guard descriptor > 1 else { return }
    close(descriptor)
    if let temporaryPath {
      unlink(temporaryPath)
      UnfinishedFiles.forget(temporaryPath)
    }
    descriptor = -1
  }

  /// Writes a whole text.
  public static func write(_ text: String, to path: String) throws {
    let file = try OutputFile(path: path)
    try file.append(text)
    try file.commit()
  }

  private func flush() throws {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        systemWrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let name = isStandardOutput ? "standard output" : path
        throw Problem(name, "cannot be written: \(systemError())", wayOut: "make room or choose another place")
      }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    Darwin.write(descriptor, bytes, count)
  #elseif canImport(Musl)
    Musl.write(descriptor, bytes, count)
  #else
    Glibc.write(descriptor, bytes, count)
  #endif
}

/// The file behind a link, also where it does not exist yet; `path` itself where it is no link.
private func linkTarget(of path: String) -> String {
  var path = path
  // As many links as the system follows.
  for _ in 0..<40 {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { break }
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &bytes, bytes.count)
    guard count > 0 else { break }
    let next = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if next.hasPrefix("/") {
      path = next
    } else {
      path = path.lastIndex(of: "/").map { path[...$0] + next } ?? next
    }
  }
  return path
}

/// Whether something is there that is no ordinary file and no folder.
private func isSpecial(_ path: String) -> Bool {
  var status = stat()
  guard stat(path, &status) == 0 else { return false }
  return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
}

private func isFolder(_ path: String) -> Bool {
  guard let folder = opendir(path) else { return false }
  closedir(folder)
  return true
}

/// Makes the folders that lead to a file.
private func makeFolder(of path: String) throws {
  guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
  let folder = String(path[..<slash])
  guard !exists(folder) else { return }
  try makeFolder(of: folder)
  guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
    throw Problem(
      path, "cannot be written: its folder cannot be made: \(systemError())",
      wayOut: "choose another place or change its permissions")
  }
}
