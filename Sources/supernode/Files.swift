import Formats
import Units

/// A file that comes with the program, as text.
func textOfFile(_ path: String) throws -> String { String(decoding: try readBytes(of: path), as: UTF8.self) }
