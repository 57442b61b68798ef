import Serving
import Simulation
import Workloads

// The oracle: the definitions of Documentation/Models/Serving.md carried out one step and one token at a time, over
// plain
// arrays. It shares the tables, the configuration and the drawing of accepted tokens with the engine, and nothing else.

/// One request as the oracle follows it.
final class PlainRequest {
  let number: Int
  var arrival: Int64
  let prompt: Int
  let output: Int
  let hashes: [UInt64]
  var outcome = RequestRecord.Outcome.completed
  var prefillInstance = 0
  var expected = 0
  var cached = 0
  var computed = 0
  var scheduled = Int64.max
  var firstToken = Int64.max
  var assigned = Int64.max
  var transferred = Int64.max
  var finished = Int64.max
  var decodeInstance = -1
  var rank = -1
  var stepsTaken = 0
  /// Tokens decoded so far, in 2⁻¹⁶, with the phase.
  var progress: Int64 = 0
  /// When each output token is sent.
  var tokens: [Int64] = []

  init(number: Int, arrival: Int64, prompt: Int, output: Int, hashes: [UInt64]) {
    self.number = number
    self.arrival = arrival
    self.prompt = prompt
    self.output = output
    self.hashes = hashes
  }
}

final class PlainPrefill {
  var waiting: [PlainRequest] = []
  var cutOff: PlainRequest?
  /// Whose keys and values it holds.
  var holding: [PlainRequest] = []
  var iteration: [(request: PlainRequest, tokens: Int)] = []
  var end: Int64?
  var linkFree: Int64 = 0
}

final class PlainDecode {
  var waiting: [PlainRequest] = []
  /// By rank: those with a reservation there.
  var reserved: [[PlainRequest]]
  var arrived: [PlainRequest] = []
  var stepping: [PlainRequest] = []
  var end: Int64?
  var linkFree: [Int64]

  init(ranks: Int, chips: Int) {
    reserved = [[PlainRequest]](repeating: [], count: ranks)
    linkFree = [Int64](repeating: 0, count: min(ranks, chips))
  }
}

/// Newest first; every operation looks at all of it.
struct PlainCache {
  let capacity: Int
  var blocks: [UInt64] = []
  var inserted = 0
  var evicted = 0

  func leading(_ hashes: [UInt64]) -> Int { hashes.prefix { blocks.contains($0) }.count }

  mutating func use(_ hashes: some BidirectionalCollection<UInt64>) {
    for hash in hashes.reversed() {
      if let place = blocks.firstIndex(of: hash) {
        blocks.remove(at: place)
      } else {
        inserted += 1
      }
      blocks.insert(hash, at: 0)
      if blocks.count > capacity {
        blocks.removeLast()
        evicted += 1
      }
    }
  }
}

final class PlainStepper {
  let configuration: ServingConfiguration
  var now: Int64 = 0
  var toArrive: [PlainRequest]
  var all: [PlainRequest]
  var inFlight = 0
  var turn = 0
  var prefills: [PlainPrefill]
  var decodes: [PlainDecode]
  var transfers: [(request: PlainRequest, end: Int64)] = []
  var caches: [PlainCache]
  let draws: RandomStream
  var transferredTokens = 0
  var decodeSteps = 0

  init(_ requests: [PlainRequest], under configuration: ServingConfiguration) {
    self.configuration = configuration
    toArrive = requests
    all = requests
    prefills = (0..<configuration.prefill.instances).map { _ in PlainPrefill() }
    decodes = (0..<configuration.decode.instances).map { _ in
      PlainDecode(ranks: configuration.decode.ranksPerInstance, chips: configuration.decode.chipsPerInstance)
    }
    let caches =
      switch configuration.cache.scope {
      case .none: 0
      case .instance: configuration.prefill.instances
      case .shared: 1
      }
    self.caches = (0..<caches).map { _ in PlainCache(capacity: configuration.cache.capacityBlocks) }
    draws = configuration.seed.stream("speculation")
  }

  func run() {
    while let next = nextInstant() {
      now = max(now, next)
      for decode in decodes where decode.end == now { finishStep(decode) }
      let done = transfers.filter { $0.end == now }
      transfers.removeAll { $0.end == now }
      for transfer in done { finishTransfer(transfer.request) }
      for prefill in prefills where prefill.end == now { finishIteration(prefill) }
      while let request = toArrive.first, mayArrive, request.arrival <= now {
        toArrive.removeFirst()
        arrive(request)
      }
      for index in prefills.indices where prefills[index].end == nil { beginIteration(index) }
      for decode in decodes { assign(decode) }
      for decode in decodes where decode.end == nil { beginStep(decode) }
    }
  }

  var mayArrive: Bool { inFlight < configuration.maxConcurrency ?? .max }

  private func nextInstant() -> Int64? {
    var instants = prefills.compactMap(\.end) + decodes.compactMap(\.end) + transfers.map(\.end)
    if let request = toArrive.first, mayArrive { instants.append(request.arrival) }
    return instants.min()
  }

  func end(_ request: PlainRequest, _ outcome: RequestRecord.Outcome) {
    request.outcome = outcome
    request.finished = now
    inFlight -= 1
  }
}
