import Simulation

@testable import Serving

extension PlainEngine {
  // MARK: The beginning of a step

  func begin(_ index: Int) {
    let instance = instances[index]
    let hasStepped = instance.hasStepped
    instance.now = now
    instance.hasStepped = false
    plan(index, isIdle: !hasStepped)
    if !instance.hasWork, hasStepped { plan(index, isIdle: true) }
    guard instance.hasWork else {
      for rank in instance.ranks { rank.surplus = [] }
      return
    }
    instance.wake = nil
    for rank in instance.ranks.indices {
      for request in instance.decodes[rank] where request.stage == .joining {
        request.stage = .decoding
        request.base = request.produced
        request.steps = 0
        request.drawn = 0
      }
    }
    instance.end = now + duration(instance)
    steps += 1
  }

  private func plan(_ index: Int, isIdle: Bool) {
    let instance = instances[index]
    instance.chunks = []
    instance.decodes = instance.ranks.map { _ in [] }
    look(instance, isIdle: isIdle)
    if instance.pool.role == .decode { admitReceived(index) }
    switch instance.pool.scheduler.base {
    case let scheduler as VLLMScheduler: plan(scheduler, instance)
    case let scheduler as SGLangScheduler: plan(scheduler, instance)
    case let scheduler as TensorRTScheduler: plan(scheduler, instance)
    case let scheduler as AscendScheduler: plan(scheduler, instance)
    case let scheduler as MindIEScheduler: plan(scheduler, instance)
    default: preconditionFailure("a scheduler without an oracle")
    }
    instance.stepsPassed = 0
  }

  /// What a plan has seen.
  private func look(_ instance: PlainEngineInstance, isIdle: Bool) {
    let limits = instance.pool.limits
    for rank in instance.ranks {
      for request in rank.unseen { instance.free(request, rank) }
      rank.unseen = rank.ended
      rank.ended = []
      if isIdle || limits.lag == 0 {
        for request in rank.unseen { instance.free(request, rank) }
        rank.unseen = []
      }
    }
    if isIdle {
      enqueue(instance.fetched + instance.inbox, instance)
      instance.fetched = []
      instance.inbox = []
      instance.sinceFetch = 0
      return
    }
    enqueue(instance.fetched, instance)
    instance.fetched = []
    if instance.heldPrompts || instance.sinceFetch >= limits.receiveInterval {
      instance.sinceFetch = 0
      if limits.lag == 0 { enqueue(instance.inbox, instance) } else { instance.fetched = instance.inbox }
      instance.inbox = []
    }
  }

  private func enqueue(_ requests: [PlainServed], _ instance: PlainEngineInstance) {
    for request in requests {
      request.rank = chooseRank(instance)
      instance.turn += 1
      let rank = instance.ranks[request.rank]
      if let scheduler = instance.pool.scheduler.base as? VLLMScheduler, scheduler.order == .priority {
        insert(request, rank)
      } else {
        rank.waiting.append(request)
      }
    }
  }

  func chooseRank(_ instance: PlainEngineInstance) -> Int {
    let ranks = instance.ranks
    var values: [Int]
    switch instance.pool.routing {
    case .roundRobin: return instance.turn % ranks.count
    case .leastRequests: values = ranks.map { 4 * $0.waiting.count + $0.running.count }
    case .leastTokens: values = ranks.map { ($0.waiting + $0.running).map(\.target).reduce(0, +) }
    }
    return values.firstIndex(of: values.min() ?? 0) ?? 0
  }

  // MARK: Durations

  private func context(_ request: PlainServed, _ pool: EnginePool) -> Int64 {
    64 * Int64(max(1, request.prompt + request.base)) + Int64(request.steps) * pool.speculation.quantaPerStep
  }

  private func duration(_ instance: PlainEngineInstance) -> Int64 {
    let pool = instance.pool
    let table = pool.durations
    var (tokens, sampled, requests, decoding, total) = (0, 0, 0, 0, 0)
    var core: Int64 = 0
    for index in instance.ranks.indices {
      let chunks = instance.chunks.filter { $0.rank == index }
      var contexts = instance.decodes[index].map { context($0, pool) }
      if !contexts.isEmpty { contexts += instance.ranks[index].surplus }
      let decodeTokens = contexts.count * (1 + pool.speculation.draftTokens)
      let new = decodeTokens + chunks.map(\.tokens).reduce(0, +)
      let ends = chunks.filter { $0.before + $0.tokens == $0.request.target }
      var own: Int64 = 0
      for (kind, width) in pool.contexts.enumerated() {
        if !contexts.isEmpty {
          let sum = contexts.map { width.visible($0) }.reduce(0, +)
          own += table.cores[kind].duration(requests: min(contexts.count, table.requestLimit), quanta: sum).picoseconds
        }
        for chunk in chunks {
          own += table.chunks[kind].picoseconds(
            pairs: width.pairs(new: chunk.tokens, after: chunk.before),
            reads: width.reads(new: chunk.tokens, after: chunk.before))
        }
      }
      tokens = max(tokens, new)
      sampled = max(sampled, decodeTokens + ends.count)
      requests = max(requests, contexts.count + chunks.count)
      decoding = max(decoding, contexts.count)
      total += new
      core = max(core, own)
    }
    mostTokens = max(mostTokens, tokens)
    if instance.chunks.isEmpty { return max(1, table.decodeBase[min(decoding, table.requestLimit)] + core) }
    let fixed =
      table.head.value(min(sampled, table.requestLimit)) + table.host.value(min(requests, table.requestLimit))
    return max(1, table.base(tokens: tokens, total: total) + fixed + core)
  }

  // MARK: The end of a step

  func finishStep(_ index: Int) {
    let instance = instances[index]
    instance.end = nil
    instance.hasStepped = true
    instance.hasNews = true
    instance.sinceFetch += 1
    instance.stepsPassed += 1
    instance.heldPrompts = !instance.chunks.isEmpty
    for (number, rank) in instance.ranks.enumerated() {
      rank.surplus = []
      if instance.decodes[number].isEmpty { continue }
      rank.decodeSteps += 1
      // In order of admission.
      for request in rank.running.filter({ one in instance.decodes[number].contains { $0 === one } }) {
        decode(request, instance, rank)
      }
    }
    for chunk in instance.chunks { compute(chunk, index) }
  }

  private func decode(_ request: PlainServed, _ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    let speculation = instance.pool.speculation
    switch speculation.mode {
    case .perStep: request.drawn += speculation.tokens(of: request.number, step: request.steps, draws)
    case .phase:
      let phase = speculation.draftTokens == 0 ? 0 : Speculation.phase(of: request.number, draws)
      request.drawn = Int((Int64(request.steps + 1) * speculation.tokensPerStepFixed + phase) >> 16)
    }
    request.steps += 1
    request.produced = min(request.output, request.base + request.drawn)
    send(request)
    if request.produced < request.output { return }
    if instance.pool.limits.hasSurplusStep { rank.surplus.append(context(request, instance.pool)) }
    leave(request, instance, rank)
  }

  func send(_ request: PlainServed) {
    while request.tokens.count < request.produced { request.tokens.append(now) }
  }

  func leave(_ request: PlainServed, _ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    rank.running.removeAll { $0 === request }
    rank.ended.append(request)
    instance.outstanding.removeAll { $0 === request }
    end(request, .completed)
  }

  private func compute(_ chunk: PlainChunk, _ index: Int) {
    let (instance, request) = (instances[index], chunk.request)
    let rank = instance.ranks[chunk.rank]
    request.computed += chunk.tokens
    if !instance.pool.memory.namesWhenScheduled { instance.name(request, upTo: request.computed, rank) }
    if request.computed < request.target {
      cuts += 1
      return
    }
    if instance.pool.role == .prefill, configuration.decodePool?.firstToken != .prefill {
      return handOver(request, index)
    }
    request.produced += 1
    send(request)
    if request.produced == request.output {
      leave(request, instance, rank)
    } else if instance.pool.role == .prefill {
      handOver(request, index)
    } else {
      request.stage = .joining
    }
  }
}
