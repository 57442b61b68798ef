import Simulation

@testable import Serving

extension PlainEngine {
  func plan(_ scheduler: SGLangScheduler, _ instance: PlainEngineInstance) {
    for rank in instance.ranks {
      let asks = !rank.cutOff.isEmpty || (!rank.waiting.isEmpty && !rank.isFull)
      let before = instance.chunks.count
      if asks {
        if scheduler.mixesDecode { retract(scheduler, instance, rank) }
        addPrompts(scheduler, instance, rank)
      }
      if instance.chunks.count > before, !scheduler.mixesDecode { continue }
      if instance.chunks.count == before { retract(scheduler, instance, rank) }
      instance.addDecodes(rank)
    }
  }

  private func ratio(_ scheduler: SGLangScheduler, _ rank: PlainEngineRank) -> Double {
    guard let ratio = rank.ratio else {
      return max(scheduler.lastRatio, scheduler.firstRatio - Double(rank.decodeSteps) * scheduler.ratioStep)
    }
    if rank.decodeSteps < ratio.at { return ratio.set }
    return max(scheduler.lastRatio, ratio.set - Double(rank.decodeSteps - ratio.at) * scheduler.ratioStep)
  }

  private func sent(_ request: PlainServed, _ pool: EnginePool) -> Int {
    if request.stage == .joining { return request.produced }
    return min(request.output, request.base + Int(Int64(request.steps) * pool.speculation.quantaPerStep / 64))
  }

  private func addPrompts(_ scheduler: SGLangScheduler, _ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    let page = instance.pool.memory.blockTokens
    func whole(_ tokens: Int) -> Int { (tokens + page - 1) / page * page }
    let decoding = scheduler.mixesDecode ? rank.decoders.count * (1 + instance.pool.speculation.draftTokens) : 0
    let stepBlocks = scheduler.mixesDecode ? instance.decodeNeed(rank) : 0
    let wanted = rank.decoders.map { min($0.output - sent($0, instance.pool), 4096) }.reduce(0, +)
    var total = Double((rank.memory.free - stepBlocks) * page) - Double(wanted) * ratio(scheduler, rank)
    var input = scheduler.maxPrefillTokens - decoding
    var chunk = (scheduler.chunkedPrefillSize ?? 1 << 40) - decoding
    var isFirst = true
    func spend(_ tokens: Int) {
      total -= Double(whole(tokens))
      input -= whole(tokens)
      chunk -= whole(tokens)
      isFirst = false
    }
    if let request = rank.cutOff.first {
      let tokens = min(request.target - request.computed, chunk)
      if tokens <= 0 || instance.chunkNeed(request, tokens: tokens, rank) > rank.memory.free - stepBlocks { return }
      instance.addChunk(request, tokens: tokens, rank)
      spend(tokens)
      if request.computed + tokens < request.target { return }
    }
    if rank.isFull { return }
    if scheduler.policy == .longestPrefix, rank.waiting.count <= 128 { sort(instance, rank) }
    while let request = rank.waiting.first {
      if rank.seats >= instance.pool.limits.maxRequests { return rank.isFull = true }
      let units = instance.found(request, rank)
      let found = units * instance.pool.memory.prefixUnitTokens
      let new = request.target - found
      let out = instance.pool.role == .prefill ? 1 : min(request.output - request.produced, 4096)
      let used = Double((rank.memory.free - instance.freeBlocks(request, units, rank)) * page)
      if Double(new + out) >= total - used, !rank.running.isEmpty { return rank.isFull = true }
      if whole(new) >= input, !isFirst { return }
      let tokens = whole(new) <= chunk ? new : chunk / page * page
      if tokens <= 0 { return }
      let need = instance.admissionNeed(request, units: units, tokens: found + tokens, rank)
      if need + stepBlocks > instance.freeBlocks(request, units, rank) { return rank.isFull = true }
      instance.admit(request, units: units, tokens: found + tokens, rank)
      instance.addChunk(request, tokens: tokens, rank)
      total -= used + Double(out)
      spend(tokens)
      if tokens < new || total <= 0 || input <= 0 || chunk <= 0 { return }
    }
  }

  private func sort(_ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    let keyed = rank.waiting.enumerated().map { (place: $0, found: instance.found($1, rank), request: $1) }
    rank.waiting = keyed.sorted { $0.found != $1.found ? $0.found > $1.found : $0.place < $1.place }.map(\.request)
  }

  private func retract(_ scheduler: SGLangScheduler, _ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    var hasRetracted = false
    while instance.decodeNeed(rank) > rank.memory.free {
      var victim = rank.decoders[0]
      for request in rank.decoders.dropFirst() {
        let (own, least) = (sent(request, instance.pool), sent(victim, instance.pool))
        if own < least || (own == least && request.prompt > victim.prompt) { victim = request }
      }
      instance.preempt(victim, rank)
      rank.waiting.append(victim)
      hasRetracted = true
    }
    guard hasRetracted else { return }
    let left = rank.decoders
    let generated = left.map { sent($0, instance.pool) }.reduce(0, +)
    let wanted = left.map(\.output).reduce(0, +)
    rank.ratio = (min(1, Double(generated + 20 * left.count) / Double(wanted + 1)), rank.decodeSteps + 1)
  }
}
