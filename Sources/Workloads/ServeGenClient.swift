import Formats
import Simulation
import Units

/// One client of ServeGen: `chunk-N-trace.csv` and `chunk-N-dataset.json`.
struct ServeGenClient {
  let number: Int
  let windows: [Window]
  /// By start; at least one.
  let lengths: [Lengths]

  /// How it sends in a stretch of time; a rate of 0 where it is idle.
  struct Window {
    var start: Double
    var length: Double
    var rate = 0.0
    var isWeibull = false
    var shape = 1.0

    /// A gap of scale 1.
    func gap(_ stream: inout RandomStream) -> Double {
      guard isWeibull else { return sampleGamma(shape: shape, &stream) }
      return Simulation.exponential(logarithm(-logarithm(stream.uniform())) / shape)
    }
  }

  struct Lengths {
    var start: Double
    var prompt: Histogram
    var output: Histogram
  }

  struct Histogram {
    private var values: [Int32] = []
    private var cumulative: [Double] = []

    init?(_ bins: [(value: Int, share: Double)]) {
      var sum = 0.0
      for bin in bins.sorted(by: { $0.value < $1.value }) {
        guard bin.value >= 0, let value = Int32(exactly: bin.value), bin.share >= 0 else { return nil }
        sum += bin.share
        values.append(max(1, value))
        cumulative.append(sum)
      }
      guard sum > 0.99, sum < 1.01 else { return nil }
    }

    /// The first value up to which at least this share lies.
    func tokens(at share: Double) -> Int32 { values[LengthDistribution.place(of: share, in: cumulative)] }
  }

  /// All clients of a folder, by number.
  static func read(folder: String, skipBad: Bool, _ skipped: inout SkippedLines) throws -> [ServeGenClient] {
    let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let names = Set(fileNames(in: folder))
    let numbers = names.compactMap { name in
      name.hasPrefix("chunk-") && name.hasSuffix("-trace.csv") ? Int(name.dropFirst(6).dropLast(10)) : nil
    }.sorted()
    guard !numbers.isEmpty else {
      throw Problem(
        folder, "is a folder without chunk-N-trace.csv, so no clients of ServeGen",
        wayOut: "name a trace file, or a folder such as data/reason/deepseek-r1")
    }
    var clients: [ServeGenClient] = []
    for number in numbers {
      guard names.contains("chunk-\(number)-dataset.json") else {
        skipped.add(
          Problem("\(folder)/chunk-\(number)-trace.csv", "has no chunk-\(number)-dataset.json", wayOut: "add it"))
        continue
      }
      if let client = try ServeGenClient(folder: folder, number: number, skipBad: skipBad, &skipped) {
        clients.append(client)
      }
    }
    guard let first = clients.first else {
      throw Problem(folder, "has no client with lengths", wayOut: "add chunk-N-dataset.json beside chunk-N-trace.csv")
    }
    for client in clients where client.windows.map(\.start) != first.windows.map(\.start) {
      throw Problem(
        "\(folder)/chunk-\(client.number)-trace.csv", "has other windows than chunk-\(first.number)-trace.csv",
        wayOut: "give all clients the same times")
    }
    return clients
  }

  private init?(folder: String, number: Int, skipBad: Bool, _ skipped: inout SkippedLines) throws {
    self.number = number
    windows = try Self.windows("\(folder)/chunk-\(number)-trace.csv")
    let path = "\(folder)/chunk-\(number)-dataset.json"
    lengths = try Self.lengths(path)
    guard lengths.isEmpty else { return }
    skipped.add(Problem(path, "has no histogram that is not empty", wayOut: "the client is left out"))
    return nil
  }

  private static func windows(_ path: String) throws -> [Window] {
    var reader = try LineReader(path: path)
    var windows: [Window] = []
    while let window = try reader.next({ bytes in window(bytes) }) {
      guard let window else {
        throw Problem(
          reader.place, "is not start, rate, variation, Gamma or Weibull or nothing, and two parameters",
          wayOut: "fetch the file again")
      }
      if let last = windows.last {
        guard window.start > last.start else {
          throw Problem(reader.place, "begins before the window above it", wayOut: "sort the file")
        }
        windows[windows.count - 1].length = window.start - last.start
      }
      windows.append(window)
    }
    guard windows.count > 1 else {
      throw Problem(path, "has fewer than two windows, so that they have no length", wayOut: "fetch the file again")
    }
    windows[windows.count - 1].length = windows[windows.count - 2].length
    return windows
  }

  /// `2400,0.085,6.69,Gamma,0.022,73.0`.
  private static func window(_ bytes: UnsafeRawBufferPointer) -> Window? {
    var scanner = ByteScanner(bytes)
    let comma = UInt8(ascii: ",")
    guard let start = scanner.double(), start >= 0, start < 9e6, scanner.take(comma), let rate = scanner.double(),
      rate >= 0, scanner.take(comma)
    else { return nil }
    var window = Window(start: start, length: 0)
    let fields = bytes[scanner.position...].split(separator: comma, omittingEmptySubsequences: false)
    guard fields.count == 4 else { return nil }
    let name = String(decoding: fields[1], as: UTF8.self)
    if name.isEmpty { return window }
    guard name == "Gamma" || name == "Weibull", let shape = Double(String(decoding: fields[2], as: UTF8.self)),
      shape > 1e-6, shape < 1e6
    else { return nil }
    window.rate = rate
    window.isWeibull = name == "Weibull"
    window.shape = shape
    return window
  }

  // MARK: Histograms

  /// `{"0": {"input_tokens": "{45: 0.01, …}", "output_tokens": …}, "21600": …}`; windows with an empty one
  /// are left out.
  private static func lengths(_ path: String) throws -> [Lengths] {
    var bytes = try readBytes(of: path)
    for index in bytes.indices where bytes[index] == 10 || bytes[index] == 13 { bytes[index] = 32 }
    let list = bytes.withUnsafeBytes { lengths($0) }
    guard let list else {
      throw Problem(
        path, "is not a JSON object of windows with input_tokens and output_tokens",
        wayOut: "fetch the file again; workloads of images are not read")
    }
    return list.sorted { $0.start < $1.start }
  }

  private static func lengths(_ bytes: UnsafeRawBufferPointer) -> [Lengths]? {
    var scanner = ByteScanner(bytes)
    var list: [Lengths] = []
    guard scanner.take(UInt8(ascii: "{")) else { return nil }
    if scanner.take(UInt8(ascii: "}")) { return [] }
    repeat {
      guard let key = scanner.key(), let start = Double(String(decoding: key, as: UTF8.self)), start >= 0,
        scanner.take(UInt8(ascii: "{"))
      else { return nil }
      var prompt: [(value: Int, share: Double)]?
      var output: [(value: Int, share: Double)]?
      repeat {
        guard let name = scanner.key() else { return nil }
        if name.isEqual(to: "input_tokens") {
          prompt = scanner.string().flatMap(bins)
        } else if name.isEqual(to: "output_tokens") {
          output = scanner.string().flatMap(bins)
        } else if !scanner.skipValue() {
          return nil
        }
      } while scanner.take(UInt8(ascii: ","))
      guard scanner.take(UInt8(ascii: "}")), let prompt, let output else { return nil }
      if prompt.isEmpty || output.isEmpty { continue }
      guard let prompt = Histogram(prompt), let output = Histogram(output) else { return nil }
      list.append(Lengths(start: start, prompt: prompt, output: output))
    } while scanner.take(UInt8(ascii: ","))
    return scanner.take(UInt8(ascii: "}")) && scanner.isAtEnd() ? list : nil
  }

  /// `{45: 0.01, 46: 0.02}`, a dictionary of Python.
  private static func bins(_ text: UnsafeRawBufferPointer) -> [(value: Int, share: Double)]? {
    var scanner = ByteScanner(text)
    var bins: [(value: Int, share: Double)] = []
    guard scanner.take(UInt8(ascii: "{")) else { return nil }
    if scanner.take(UInt8(ascii: "}")) { return [] }
    repeat {
      guard let value = scanner.integer(), scanner.take(UInt8(ascii: ":")), let share = scanner.double() else {
        return nil
      }
      bins.append((value, share))
    } while scanner.take(UInt8(ascii: ","))
    return scanner.take(UInt8(ascii: "}")) && scanner.isAtEnd() ? bins : nil
  }
}
