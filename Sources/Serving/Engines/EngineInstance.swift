import DequeModule
import Simulation

/// One instance of an engine: ranks that step together, each with a queue, running requests and memory of its own.
struct EngineInstance: Sendable {
  /// Part of a prompt that is computed in a step.
  struct Chunk: Sendable {
    var slot: Int32
    var rank: Int32
    var tokens: Int32
    /// Tokens with keys and values before it.
    var before: Int32
    /// Whether the prompt is computed with it, so that a token is sampled.
    var isLast: Bool
  }

  /// What the scheduler decided for the next step.
  struct Plan: Sendable {
    var chunks: [Chunk] = []
    /// Whether a rank's decoding requests take part.
    var decodes: [Bool]
    /// Steps for which the decision stands if nothing comes, goes or needs a block that is not free.
    var stableSteps = Int.max
    /// When to ask again, where nothing is to be done now.
    var wake: Int64?
    /// Decoding requests that do not take part although their rank decodes.
    var skipped: [Int32] = []
  }

  /// Steps that run as one event: step i lasts `first + i · increment`.
  struct Run: Sendable {
    var start: Int64 = 0
    var first: Int64 = 0
    var increment: Int64 = 0
    var count = 0
    var end: Int64 { instant(count) }
    func instant(_ steps: Int) -> Int64 {
      start + Int64(steps) * first + increment * (Int64(steps) * Int64(steps - 1) / 2)
    }
    /// The fewest steps, at least 1, that end at or after an instant within the run.
    func steps(until instant: Int64) -> Int {
      var low = 1
      var high = count
      while low < high {
        let middle = (low + high) / 2
        if self.instant(middle) >= instant { high = middle } else { low = middle + 1 }
      }
      return low
    }
    /// Leaves the steps that end by an instant, at least one.
    mutating func cut(after instant: Int64) {
      if count == 1 || end <= instant { return }
      let steps = steps(until: instant)
      count = max(1, self.instant(steps) > instant ? steps - 1 : steps)
    }
  }

  let pool: Int
  /// Among all instances.
  let index: Int
  let limits: EngineLimits
  let layout: EngineMemory
  let role: EnginePool.Role
  let routing: EngineRouting
  let speculation: Speculation
  let draws: RandomStream
  var durations: EngineDurations
  var scheduler: any StepScheduler
  var ranks: [EngineRank]
  /// Requests that have come and the scheduler has not fetched, and those fetched for the plan after the next.
  var arriving: [Int32] = []
  var fetched: [Int32] = []
  var plan: Plan
  var run = Run()
  /// Tells a run that was cut short from the event of its old end.
  var generation: Int32 = 0
  var isStepping = false
  /// Steps completed, and when requests were fetched last.
  var steps = 0
  var lastFetch = 0
  /// Whether the last step held prompts.
  var heldPrompts = true
  /// Requests that have come and not gone.
  var outstanding = 0
  var outstandingTokens = 0
  var turn = 0
  /// Whether it takes requests, and whether it is on: an autoscaler may say otherwise.
  var isOpen = true
  var isPowered = true
  var milliwatts: Int64
  let idleMilliwatts: Int64
  /// Whether a step ended just now, so that the next may follow it without a gap.
  var hasStepped = false
  /// Those that began to decode with the step under way.
  var joined: [Int32] = []
  var shownBatch = 0
  var shownBlocks = 0
  /// When its links out and in are free.
  var egressFree: Int64 = 0
  var ingressFree: Int64 = 0
  /// Requests that wait for blocks here before their keys and values are sent, in order, and those whose have come.
  var incoming = Deque<Int32>()
  var received: [Int32] = []
  /// Tokens that stay free for each running request when another is let in from another pool.
  let keptTokens: Int

  /// Requests admitted, and preemptions, for the planned step.
  var admitted: [Int32] = []
  var preemptions = 0

  init(_ pool: EnginePool, pool number: Int, index: Int, seed: Seed) {
    self.pool = number
    self.index = index
    idleMilliwatts = Int64((pool.idlePower.value * 1000).rounded())
    milliwatts = idleMilliwatts
    speculation = pool.speculation
    draws = seed.stream("speculation")
    limits = pool.limits
    layout = pool.memory
    role = pool.role
    routing = pool.routing
    keptTokens = pool.keptTokens
    durations = pool.durations
    scheduler = pool.scheduler.base
    ranks = (0..<pool.ranks).map { _ in EngineRank(pool) }
    plan = Plan(decodes: [Bool](repeating: false, count: pool.ranks))
  }

  // Functions of a large value that change nothing are `mutating` so that it is looked at in place, not copied.

  mutating func hasWork() -> Bool { !plan.chunks.isEmpty || plan.decodes.contains(true) }

  /// Of the whole instance in the planned step.
  mutating func stepMilliwatts() -> Int64 {
    if plan.chunks.isEmpty {
      var requests = 0
      for index in ranks.indices { requests += decoders(index) }
      return durations.decodeMilliwatts[min(durations.requestLimit, (requests + ranks.count / 2) / ranks.count)]
    }
    var tokens = plan.chunks.reduce(0) { $0 + Int($1.tokens) }
    for index in ranks.indices { tokens += decoders(index) * (1 + ranks[index].drafts) }
    return durations.mixedMilliwatts.value(min(durations.tokenLimit, (tokens + ranks.count / 2) / ranks.count))
  }

  /// Requests that decode, and the blocks that requests hold where they decode.
  mutating func level() -> (batch: Int, blocks: Int) {
    var requests = 0
    var blocks = 0
    for index in ranks.indices {
      requests += ranks[index].decoding
      blocks += ranks[index].memory.total - ranks[index].memory.free
    }
    return (requests, role == .prefill ? 0 : blocks)
  }
  var waitingCount: Int { arriving.count + fetched.count + ranks.reduce(0) { $0 + $1.waiting.count } }

  // MARK: What the scheduler has seen

  /// Takes note of what a plan made now knows: ends of requests, arrivals. `isIdle` where no step ended just now.
  mutating func look(isIdle: Bool, _ slots: inout RequestSlots) {
    for index in ranks.indices { release(index, all: isIdle || limits.lag == 0, &slots) }
    if isIdle {
      enqueue(fetched, &slots)
      enqueue(arriving, &slots)
      fetched.removeAll(keepingCapacity: true)
      arriving.removeAll(keepingCapacity: true)
      lastFetch = steps
      return
    }
    if !fetched.isEmpty {
      enqueue(fetched, &slots)
      fetched.removeAll(keepingCapacity: true)
    }
    // The last step at which requests were fetched, whether or not any had come.
    lastFetch += (steps - lastFetch) / limits.receiveInterval * limits.receiveInterval
    if heldPrompts { lastFetch = steps }
    if arriving.isEmpty || lastFetch < steps { return }
    if limits.lag == 0 { enqueue(arriving, &slots) } else { swap(&fetched, &arriving) }
    arriving.removeAll(keepingCapacity: true)
  }

  /// Frees what ended requests held: of all, or of those that ended before the last step.
  private mutating func release(_ index: Int, all: Bool, _ slots: inout RequestSlots) {
    if ranks[index].unseen.isEmpty, ranks[index].ended.isEmpty { return }
    var freed = false
    func letGo(_ slot: Int32) {
      ranks[index].free(slot, &slots)
      slots.recycle(slot)
      freed = true
    }
    for slot in ranks[index].unseen { letGo(slot) }
    ranks[index].unseen.removeAll(keepingCapacity: true)
    if all {
      for slot in ranks[index].ended { letGo(slot) }
    } else {
      ranks[index].unseen = ranks[index].ended
    }
    ranks[index].ended.removeAll(keepingCapacity: true)
    if freed { ranks[index].hasFreed = true }
  }

  /// Gives requests to ranks, in order.
  private mutating func enqueue(_ list: [Int32], _ slots: inout RequestSlots) {
    for slot in list {
      let rank = chooseRank(slot, slots)
      slots.engine[Int(slot)].rank = Int32(rank)
      scheduler.enqueue(slot, in: &ranks[rank], slots)
      ranks[rank].load += Int(slots.engine[Int(slot)].target)
      turn += 1
    }
  }

  /// The rank for the next request; `turn` counts those that were given one.
  mutating func chooseRank(_ slot: Int32, _ slots: RequestSlots) -> Int {
    if ranks.count == 1 { return 0 }
    switch routing {
    case .roundRobin: return turn % ranks.count
    case .leastRequests: return least { 4 * $0.waiting.count + $0.running }
    case .leastTokens: return least { $0.load }
    }
  }

  private mutating func least(_ measure: (EngineRank) -> Int) -> Int {
    var best = 0
    var lowest = Int.max
    for index in ranks.indices {
      let value = measure(ranks[index])
      if value < lowest { (best, lowest) = (index, value) }
    }
    return best
  }

  /// Preempts a running request of a rank; the caller puts it into a queue.
  mutating func preempt(_ slot: Int32, on rank: Int, _ slots: inout RequestSlots) {
    let request = slots.engine[Int(slot)]
    let steps = ranks[rank].decodeSteps - request.joined
    let made =
      request.stage == .decoding ? speculation.tokens(of: slots[slot].number, after: steps, draws) : 0
    ranks[rank].preempt(slot, made: made, &slots)
    preemptions += 1
    // The next plan may let it in again.
    plan.stableSteps = 1
  }

  // MARK: The step

  mutating func clearPlan() {
    plan.chunks.removeAll(keepingCapacity: true)
    plan.skipped.removeAll(keepingCapacity: true)
    plan.stableSteps = .max
    plan.wake = nil
    for index in plan.decodes.indices { plan.decodes[index] = false }
  }

  /// Requests of a rank that decode in the planned step, those that make a surplus step included.
  @inline(__always) func decoders(_ index: Int) -> Int {
    plan.decodes[index] ? ranks[index].decoding + ranks[index].ghosts : 0
  }

  /// How long the planned step lasts, and by how much more each following one of the same plan.
  mutating func duration() -> (first: Int64, increment: Int64) {
    if plan.chunks.isEmpty { return decodeDuration() }
    var most = (tokens: 0, sampled: 0, requests: 0)
    var total = 0
    var slowest: Int64 = 0
    for index in ranks.indices {
      let drafts = 1 + ranks[index].drafts
      let decoders = decoders(index)
      var tokens = decoders * drafts
      var sampled = tokens
      var requests = decoders
      var core = plan.decodes[index] ? coreLine(index).duration : 0
      for chunk in plan.chunks where chunk.rank == Int32(index) {
        tokens += Int(chunk.tokens)
        requests += 1
        if chunk.isLast { sampled += 1 }
        for kind in ranks[index].widths.indices {
          let width = ranks[index].widths[kind]
          core += durations.chunks[kind].picoseconds(
            pairs: width.pairs(new: Int(chunk.tokens), after: Int(chunk.before)),
            reads: width.reads(new: Int(chunk.tokens), after: Int(chunk.before)))
        }
      }
      total += tokens
      most = (max(most.tokens, tokens), max(most.sampled, sampled), max(most.requests, requests))
      slowest = max(slowest, core)
    }
    let limit = durations.requestLimit
    let fixed = durations.head.value(min(limit, most.sampled)) + durations.host.value(min(limit, most.requests))
    return (max(1, durations.base(tokens: most.tokens, total: total) + fixed + slowest), 0)
  }

  private mutating func decodeDuration() -> (first: Int64, increment: Int64) {
    var most = 0
    var duration: Int64 = 0
    var increment: Int64 = 0
    for index in ranks.indices where plan.decodes[index] {
      let requests = decoders(index)
      if requests == 0 { continue }
      most = max(most, requests)
      let line = coreLine(index)
      if line.duration > duration {
        (duration, increment) = (line.duration, line.increment)
      } else if line.duration == duration {
        increment = max(increment, line.increment)
      }
    }
    let onDie = max(1, durations.decodeBase[min(most, durations.requestLimit)] + duration)
    // While the host is the slower, contexts may grow without longer steps.
    if let floor = durations.decodeFloor?[min(most, durations.requestLimit)], onDie < floor { return (floor, 0) }
    return (onDie, increment)
  }

  /// A rank's attention core in the planned step: its duration, its growth with each step, and the steps for which that
  /// holds.
  private mutating func coreLine(_ index: Int) -> (duration: Int64, increment: Int64, steps: Int) {
    let requests = min(decoders(index), durations.requestLimit)
    var duration: Int64 = 0
    var increment: Int64 = 0
    var steps = Int.max
    if requests == 0 { return (0, 0, steps) }
    for kind in ranks[index].widths.indices {
      let sum = ranks[index].sums[kind] + ranks[index].ghostSums[kind]
      let line = durations.cores[kind].line(requests: requests, quanta: sum)
      let growth = Int64(ranks[index].growing[kind]) * ranks[index].quantaPerStep
      duration += line.duration
      increment += line.slope * growth
      if growth > 0, line.end != .max { steps = min(steps, 1 + Int((line.end - 1 - sum) / growth)) }
    }
    return (duration, increment, steps)
  }

  /// How many steps of the plan may run as one: until someone leaves, a line bends, another rank becomes the slowest,
  /// blocks run out, requests are fetched, or a step ends at or after `horizon`.
  mutating func runLength(first: Int64, increment: Int64, from now: Int64, until horizon: Int64) -> Int {
    if !plan.chunks.isEmpty || !plan.skipped.isEmpty || !fetched.isEmpty { return 1 }
    // The next plan sees ends that this one did not, and may have room.
    for index in ranks.indices where ranks[index].ghosts > 0 || !ranks[index].unseen.isEmpty {
      if ranks[index].ghosts > 0 || !incoming.isEmpty || !ranks[index].waiting.isEmpty { return 1 }
      if !ranks[index].prefilling.isEmpty { return 1 }
    }
    var most = plan.stableSteps
    if !arriving.isEmpty { most = min(most, max(1, lastFetch + limits.receiveInterval - steps)) }
    if horizon - now <= first { return 1 }
    most = min(most, 1 + Int((horizon - now) / max(1, first)))
    for index in ranks.indices where plan.decodes[index] && ranks[index].decoding > 0 {
      most = min(most, ranks[index].calendar.distance(from: ranks[index].decodeSteps), coreLine(index).steps)
      if most > 1, !layout.reservesOutput { most = min(most, ranks[index].stepsWithinMemory(most)) }
    }
    if ranks.count > 1 || durations.decodeFloor != nil { most = whileSlowest(most, first: first, increment: increment) }
    return most
  }

  /// Durations are lines in the number of the step; one that is greatest at both ends is so throughout.
  private mutating func whileSlowest(_ steps: Int, first: Int64, increment: Int64) -> Int {
    var most = steps
    while most > 1 {
      let last = Int64(most - 1)
      var worst: Int64 = 0
      var requests = 0
      for index in ranks.indices where plan.decodes[index] {
        let line = coreLine(index)
        worst = max(worst, line.duration + last * line.increment)
        requests = max(requests, decoders(index))
      }
      let base = durations.decodeBase[min(requests, durations.requestLimit)]
      if max(1, base + worst) <= first + last * increment { break }
      most /= 2
    }
    return most
  }
}
