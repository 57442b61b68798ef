import Simulation
import Workloads

@testable import Serving

// The oracle for engines: the definitions of Documentation/Models/Engines.md carried out one step and one token at a
// time, over plain arrays. It shares the tables of durations, the widths of contexts, the drawing of accepted tokens
// and the configuration with the engine, and nothing else.

/// One request as the oracle follows it.
final class PlainServed {
  enum Stage { case waiting, prefilling, joining, decoding, receiving, handedOver, ended }

  let number: Int
  var arrival: Int64
  /// In the trace; later in a closed loop that is full.
  let wanted: Int64
  let prompt: Int
  let output: Int
  let priority: Int32
  let hashes: [UInt64]
  /// Names of the prompt's whole prefix units.
  var units: [UInt64] = []
  var stage = Stage.waiting
  var instance = 0
  var rank = 0
  var target: Int
  var computed = 0
  var produced = 0
  /// Sent when it began to decode, and decode steps and tokens since.
  var base = 0
  var steps = 0
  var drawn = 0
  /// Nameless blocks, and units used.
  var blocks = 0
  var used: [UInt64] = []
  var preemptions = 0
  /// Its first admission, and the tokens found then.
  var scheduled: Int64?
  var found = 0
  var entry = 0
  var decoder = -1
  var outcome: RequestRecord.Outcome?
  var finished = Int64.max
  var tokens: [Int64] = []
  /// Where its prompt was computed.
  var source: (instance: Int, rank: Int, blocks: Int, used: [UInt64]) = (0, 0, 0, [])

  init(number: Int, arrival: Int64, prompt: Int, output: Int, priority: Int32 = 0, hashes: [UInt64] = []) {
    self.number = number
    self.arrival = arrival
    wanted = arrival
    self.prompt = prompt
    self.output = output
    self.priority = priority
    self.hashes = hashes
    target = prompt
  }
}

final class PlainEngineRank {
  var waiting: [PlainServed] = []
  /// In order of admission, those whose keys and values are on the way among them.
  var running: [PlainServed] = []
  /// Ended with the last step, and before, and not seen.
  var ended: [PlainServed] = []
  var unseen: [PlainServed] = []
  /// Contexts of those that make a surplus step.
  var surplus: [Int64] = []
  var memory: PlainMemory
  /// Decode steps completed.
  var decodeSteps = 0
  // SGLang's.
  var isFull = false
  var ratio: (set: Double, at: Int)?

  init(_ memory: PlainMemory) { self.memory = memory }

  var seats: Int { running.count + ended.count + unseen.count }
  var decoders: [PlainServed] { running.filter { $0.stage == .decoding || $0.stage == .joining } }
  var cutOff: [PlainServed] { running.filter { $0.stage == .prefilling } }
}

struct PlainChunk {
  var request: PlainServed
  var rank: Int
  var tokens: Int
  var before: Int
}

final class PlainEngineInstance {
  let pool: EnginePool
  let poolNumber: Int
  let ranks: [PlainEngineRank]
  var inbox: [PlainServed] = []
  var fetched: [PlainServed] = []
  var sinceFetch = 0
  var heldPrompts = false
  var hasStepped = false
  var hasNews = false
  var end: Int64?
  var wake: Int64?
  var outstanding: [PlainServed] = []
  var turn = 0
  var chunks: [PlainChunk] = []
  /// By rank: those that decode in the step.
  var decodes: [[PlainServed]]
  var incoming: [PlainServed] = []
  var received: [PlainServed] = []
  var egressFree: Int64 = 0
  var ingressFree: Int64 = 0
  /// TensorRT-LLM's: steps that prompts have been held, and whether they were in the last plan.
  var held = 0
  var ready = 0
  var waits: (held: Bool, ready: Bool) = (false, false)
  var stepsPassed = 0
  var preemptions = 0

  init(_ pool: EnginePool, _ number: Int) {
    self.pool = pool
    poolNumber = number
    let unit = max(1, pool.memory.prefixUnitTokens / pool.memory.blockTokens)
    ranks = (0..<pool.ranks).map { _ in PlainEngineRank(PlainMemory(total: pool.memory.blocks, unitBlocks: unit)) }
    decodes = ranks.map { _ in [] }
  }

  var now: Int64 = 0
  var hasWork: Bool { !chunks.isEmpty || decodes.contains { !$0.isEmpty } }
}

final class PlainEngine {
  let configuration: ServingConfiguration
  let all: [PlainServed]
  var toArrive: [PlainServed]
  var now: Int64 = 0
  var instances: [PlainEngineInstance] = []
  let entries: [Int]
  let decoders: [Int]
  var inFlight = 0
  var turn = 0
  var inFrontEnd: [(request: PlainServed, at: Int64)] = []
  var transfers: [(request: PlainServed, at: Int64)] = []
  let draws: RandomStream
  var steps = 0
  /// Chunks that left a rest of their prompt.
  var cuts = 0
  /// New tokens of a rank in the fullest step.
  var mostTokens = 0

  init(_ requests: [PlainServed], under configuration: ServingConfiguration) {
    self.configuration = configuration
    all = requests
    toArrive = requests
    draws = configuration.seed.stream("speculation")
    for (number, pool) in configuration.engines.enumerated() {
      for _ in 0..<pool.instances { instances.append(PlainEngineInstance(pool, number)) }
    }
    entries = instances.indices.filter { [instances] in instances[$0].pool.role != .decode }
    decoders = instances.indices.filter { [instances] in instances[$0].pool.role == .decode }
  }

  /// Ends with requests unserved where nothing is due any more; stops after so many steps.
  func run(mostSteps: Int) {
    while let next = nextInstant(), steps < mostSteps {
      now = max(now, next)
      for index in instances.indices where instances[index].end == now { finishStep(index) }
      let come = transfers.filter { $0.at == now }.sorted { $0.request.number < $1.request.number }
      transfers.removeAll { $0.at == now }
      for transfer in come { finishTransfer(transfer.request) }
      let through = inFrontEnd.filter { $0.at == now }.sorted { $0.request.number < $1.request.number }
      inFrontEnd.removeAll { $0.at == now }
      for entry in through { receive(entry.request) }
      for instance in instances where instance.wake == now {
        instance.wake = nil
        instance.hasNews = true
      }
      while let request = toArrive.first, inFlight < configuration.maxConcurrency ?? .max, request.arrival <= now {
        toArrive.removeFirst()
        arrive(request)
      }
      for index in instances.indices where instances[index].hasNews && instances[index].end == nil {
        instances[index].hasNews = false
        begin(index)
      }
    }
  }

  private func nextInstant() -> Int64? {
    var instants = instances.compactMap(\.end) + instances.compactMap(\.wake)
    instants += transfers.map(\.at) + inFrontEnd.map(\.at)
    if let request = toArrive.first, inFlight < configuration.maxConcurrency ?? .max {
      instants.append(request.arrival)
    }
    return instants.min()
  }

  // MARK: Arrival

  private func arrive(_ request: PlainServed) {
    request.arrival = now
    let index = route(request)
    request.instance = index
    request.entry = index
    let pool = instances[index].pool
    if let refusal = refusal(of: request, pool) ?? configuration.decodePool.flatMap({ self.refusal(of: request, $0) }) {
      request.outcome = refusal
      request.finished = now
      return
    }
    inFlight += 1
    let (unit, block) = (pool.memory.prefixUnitTokens, configuration.tracesBlockTokens)
    if unit > 0, !request.hashes.isEmpty {
      let last = stride(from: unit, through: request.prompt, by: unit).map { $0 / block - 1 }
      request.units = last.filter { $0 < request.hashes.count }.map { request.hashes[$0] }
    }
    instances[index].outstanding.append(request)
    let delay = pool.frontEnd.constant.picoseconds + pool.frontEnd.perPromptToken.picoseconds * Int64(request.prompt)
    if delay == 0 { receive(request) } else { inFrontEnd.append((request, now + delay)) }
  }

  private func receive(_ request: PlainServed) {
    instances[request.instance].inbox.append(request)
    instances[request.instance].hasNews = true
  }

  private func route(_ request: PlainServed) -> Int {
    switch instances[entries[0]].pool.routing {
    case .roundRobin:
      turn += 1
      return entries[(turn - 1) % entries.count]
    case .leastRequests: return least(entries) { $0.outstanding.count }
    case .leastTokens: return least(entries) { $0.outstanding.map(\.prompt).reduce(0, +) }
    }
  }

  func least(_ indices: [Int], _ measure: (PlainEngineInstance) -> Int) -> Int {
    let values = indices.map { measure(instances[$0]) }
    return indices[values.firstIndex(of: values.min() ?? 0) ?? 0]
  }

  private func refusal(of request: PlainServed, _ pool: EnginePool) -> RequestRecord.Outcome? {
    let memory = pool.memory
    func fits(_ tokens: Int) -> Bool {
      (tokens + memory.blockTokens - 1) / memory.blockTokens + memory.blocksPerRequest <= memory.blocks
    }
    if !fits(request.prompt + 1) { return .promptTooLong }
    if !pool.scheduler.base.cutsPrompts {
      let growing = pool.role != .prefill && !memory.reservesOutput
      let longest = request.prompt + (growing ? request.output - 1 : 0)
      if longest > pool.limits.maxBatchedTokens { return .promptTooLong }
    }
    let whole = pool.role == .prefill ? request.prompt : request.prompt + request.output + pool.speculation.draftTokens
    return fits(whole) ? nil : .contextTooLong
  }

  func end(_ request: PlainServed, _ outcome: RequestRecord.Outcome) {
    request.outcome = outcome
    request.stage = .ended
    request.finished = now
    inFlight -= 1
  }
}
