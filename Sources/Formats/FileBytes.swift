import Units

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The whole of a small file, or of standard input for `-`.
public func readBytes(of path: String) throws -> [UInt8] {
  var file = try ReadableFile(path: path)
  var bytes: [UInt8] = []
  let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  defer { block.deallocate() }
  while true {
    let count = try file.read(into: block)
    if count == 0 { return bytes }
    bytes.append(contentsOf: block[..<count])
  }
}

/// An open file that closes itself.
struct ReadableFile: ~Copyable {
  let name: String
  private let descriptor: Int32
  private let isStandardInput: Bool

  init(path: String) throws {
    isStandardInput = path == "-"
    name = isStandardInput ? "standard input" : path
    descriptor = isStandardInput ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      throw Problem(path, "cannot be opened: \(systemError())", wayOut: "check the path and its permissions")
    }
  }

  deinit { if !isStandardInput && descriptor >= 0 { close(descriptor) } }

  /// Fills at most `block`; 0 at the end.
  mutating func read(into block: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      #if canImport(Darwin)
        let count = Darwin.read(descriptor, block.baseAddress, block.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, block.baseAddress, block.count)
      #else
        let count = Glibc.read(descriptor, block.baseAddress, block.count)
      #endif
      if count >= 0 { return count }
      if errno == EINTR { continue }
      let wayOut = errno == EISDIR ? "name a file in it" : "check the file"
      throw Problem(name, "cannot be read: \(systemError())", wayOut: wayOut)
    }
  }
}

/// The operating system's words for the last failed call.
func systemError() -> String { String(cString: strerror(errno)).lowercased() }

/// True for a file or a folder that is there.
func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// What is at a path; `stream` is what can be read but once, such as a pipe.
public enum FileKind: Sendable { case missing, file, folder, stream }

/// What is at a path, links followed.
public func fileKind(at path: String) -> FileKind {
  var status = stat()
  guard stat(path, &status) == 0 else { return .missing }
  switch status.st_mode & S_IFMT {
  case S_IFDIR: return .folder
  case S_IFREG: return .file
  default: return .stream
  }
}

/// A path from the root, links resolved; nil where nothing is there.
public func absolutePath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// A folder of the checkout that the running program was built in; nil where it was installed.
public func checkoutFolder(_ name: String) -> String? {
  var folder = executablePath() ?? ""
  for _ in 0..<8 {
    guard let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else { return nil }
    folder = String(folder[..<slash])
    if exists("\(folder)/Package.swift"), exists("\(folder)/\(name)") { return "\(folder)/\(name)" }
  }
  return nil
}

/// The names in a folder, sorted; empty if there is no such folder.
public func fileNames(in path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}

/// The path of the running program, links resolved; nil if the system does not tell.
func executablePath() -> String? {
  var buffer = [CChar](repeating: 0, count: 4096)
  let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
  guard count > 0 else { return nil }
  return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}
