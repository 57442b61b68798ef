import Formats
import Simulation
import Units

/// Requests drawn from a folder of ServeGen's clients (Xiang et al., arXiv 2505.09999), as its authors draw them.
///
/// For each window of time and each client: ⌈rate · window⌉ gaps from the client's Gamma or Weibull distribution,
/// stretched so that they fill the window; the last one falls on its end and is left out. One uniform number a request
/// chooses both prompt and answer from the client's histograms, the last of them that began before the window. With a
/// request rate each client keeps its share of the window's rate. A client without histograms is left out.
///
/// Ignored: the share of an answer that is reasoning, and images. Memory: the clients, and the requests of one window.
public struct ServeGenSource: RequestSource {
  public let tokensPerBlock = 0
  public let reading: TraceDescription?
  public private(set) var skipped: SkippedLines

  private let clients: [ServeGenClient]
  private let requestRate: Double?
  private let draws: RandomStream
  private let skipBad: Bool
  private let folder: String
  private var window = 0
  private var requests: [Drawn] = []
  private var next = 0
  private var hasRequests = false

  private struct Drawn {
    var arrival: Int64
    var prompt: Int32
    var output: Int32
  }

  /// - Parameter requestRate: of all clients together, in every window; nil: as the clients have it.
  public init(folder: String, requestRate: Double?, skipBad: Bool = false, seed: Seed) throws {
    self.folder = folder
    self.requestRate = requestRate
    self.skipBad = skipBad
    draws = seed.stream("servegen")
    var skipped = SkippedLines()
    clients = try ServeGenClient.read(folder: folder, skipBad: skipBad, &skipped)
    self.skipped = skipped
    reading = TraceDescription(
      format: .servegen, clock: .seconds, clockBasis: "as \(TraceFormat.servegen.title) have it", tokensPerBlock: 0,
      blockBasis: "")
  }

  public mutating func read(into batch: inout RequestBatch) throws -> Bool {
    batch.removeAll()
    while !batch.isFull {
      if next == requests.count {
        guard window < clients[0].windows.count else { break }
        try drawWindow()
        continue
      }
      let request = requests[next]
      next += 1
      batch.append(
        arrival: Instant(picoseconds: request.arrival), promptTokens: request.prompt, outputTokens: request.output)
    }
    hasRequests = hasRequests || batch.count > 0
    if !hasRequests {
      throw Problem(folder, "no client ever sends a request", wayOut: "name a folder of clients with rates")
    }
    return batch.count > 0
  }

  private mutating func drawWindow() throws {
    requests.removeAll(keepingCapacity: true)
    next = 0
    defer { window += 1 }
    let total = clients.reduce(0.0) { $0 + $1.windows[window].rate }
    guard total > 0 else { return }
    let factor = requestRate.map { $0 / total } ?? 1
    for (index, client) in clients.enumerated() where client.windows[window].rate > 0 {
      var stream = draws.substream(UInt64(client.number)).substream(UInt64(window))
      try draw(clients[index], rate: client.windows[window].rate * factor, &stream)
    }
    requests.sort { ($0.arrival, $0.prompt, $0.output) < ($1.arrival, $1.prompt, $1.output) }
  }

  private mutating func draw(_ client: ServeGenClient, rate: Double, _ stream: inout RandomStream) throws {
    let part = client.windows[window]
    guard let lengths = client.lengths.last(where: { $0.start <= part.start }) else {
      let problem = Problem(
        "\(folder)/chunk-\(client.number)-dataset.json", "has no lengths at \(Int(part.start)) s",
        wayOut: "add them, or leave the window out with --skip-bad")
      guard skipBad else { throw problem }
      return skipped.add(problem)
    }
    let expected = (rate * part.length).rounded(.up)
    guard expected <= 1e7 else {
      throw Problem(
        folder, "client \(client.number) sends more than 10^7 requests in a window", wayOut: "give a lower requestRate")
    }
    var times: [Double] = []
    var sum = 0.0
    if expected < 1 { return }
    for _ in 0..<Int(expected) {
      sum += part.gap(&stream)
      times.append(sum)
    }
    guard sum > 0, sum.isFinite else {
      throw Problem(
        "\(folder)/chunk-\(client.number)-trace.csv", "has gaps at \(Int(part.start)) s that cannot be drawn",
        wayOut: "check the shape of its distribution")
    }
    for time in times.dropLast() {
      let share = stream.uniform()
      let seconds = part.start + time / sum * part.length
      guard seconds < 9.1e6 else { throw Problem(folder, "goes on for more than 106 days", wayOut: "give a duration") }
      requests.append(
        Drawn(
          arrival: Int64((seconds * 1e12).rounded()), prompt: lengths.prompt.tokens(at: share),
          output: lengths.output.tokens(at: share)))
    }
  }
}
