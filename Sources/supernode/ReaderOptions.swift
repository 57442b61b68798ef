import ArgumentParser
import Formats
import Units

/// How a trace is read, where it does not say so itself.
struct ReaderOptions: ParsableArguments {
  @Option(help: "The trace's format, where it is not to be told by its first lines: mooncake, bailian, azure, csv …")
  var traceFormat: String?
  @Option(help: "What the trace's arrival times count, where it does not say: s, ms, us, ns or date.")
  var clock: String?
  @Option(help: "Tokens in a hashed block of the trace, or of generated prompts.")
  var blockTokens: Int?
  @Option(help: "Which columns or keys of the trace to read: arrival=t,prompt=in,output=out,session=s,hashes=h.")
  var columns: String?
  @Option(help: "Bytes of text that make a token, where prompts of a trace are words: about 4 for English.")
  var bytesPerToken: Double?
  @Flag(help: "Reads all of a trace and sorts it by arrival.") var sort = false
  @Flag(help: "Counts and skips damaged lines of a trace instead of stopping.") var skipBad = false

  /// As fields below `workload.`
  func fields() throws -> [(String, Node)] {
    var list: [(String, Node)] = []
    func add(_ name: String, _ text: String?, quoted: Bool = false) {
      if let text { list.append((name, literal(text, quoted: quoted, "--\(name)"))) }
    }
    add("format", traceFormat, quoted: true)
    add("clock", clock, quoted: true)
    add("blockTokens", blockTokens?.description)
    add("bytesPerToken", bytesPerToken?.description)
    if sort { add("sort", "true") }
    if skipBad { add("skipBad", "true") }
    for pair in (columns ?? "").split(separator: ",") {
      guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
        throw ValidationError("--columns \(pair): there is no '='; write --columns arrival=t,prompt=in,output=out")
      }
      add("columns.\(pair[..<equals])", String(pair[pair.index(after: equals)...]), quoted: true)
    }
    return list
  }
}

/// A value that a flag gives as it stands, and not as YAML.
func literal(_ text: String, quoted: Bool, _ flag: String) -> Node {
  Node(.scalar(text, quoted: quoted), at: Place(file: flag, line: 0))
}
