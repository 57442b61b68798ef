import Formats
import Units

/// The formats of request traces that are read.
public enum TraceFormat: String, Sendable, CaseIterable, Codable {
  /// JSON lines with `timestamp` (ms), `input_length`, `output_length`, `hash_ids`.
  case mooncake
  /// CSV with the header `TIMESTAMP,ContextTokens,GeneratedTokens`.
  case azure

  /// Told by the first line of a trace; nil if it is of neither format.
  static func detect(_ line: UnsafeRawBufferPointer) -> TraceFormat? {
    var scanner = ByteScanner(line)
    if scanner.peek() == UInt8(ascii: "{") { return .mooncake }
    return line.isEqual(to: AzureLine.header) ? .azure : nil
  }

  /// Lines before the first request.
  var headerLines: Int { self == .azure ? 1 : 0 }
}
