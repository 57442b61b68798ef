import Simulation

@testable import Serving

extension PlainEngine {
  // MARK: TensorRT-LLM

  func plan(_ scheduler: TensorRTScheduler, _ instance: PlainEngineInstance) {
    let isHeld = holds(scheduler, instance)
    for rank in instance.ranks {
      while instance.decodeNeed(rank) > rank.memory.free {
        let candidates = rank.running.filter { $0.stage != .receiving }
        let victim = candidates[candidates.count - 1]
        instance.preempt(victim, rank)
        rank.waiting.insert(victim, at: 0)
      }
      instance.addDecodes(rank)
      if !isHeld { addPrompts(scheduler, instance, rank) }
    }
  }

  private func addPrompts(_ scheduler: TensorRTScheduler, _ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    let unit = instance.pool.memory.blockTokens
    var budget =
      instance.pool.limits.maxBatchedTokens - rank.decoders.count * (1 + instance.pool.speculation.draftTokens)
    func chunk(_ rest: Int) -> Int {
      if rest <= budget { return rest }
      return scheduler.isChunked ? budget / unit * unit : 0
    }
    for request in rank.cutOff {
      let tokens = chunk(request.target - request.computed)
      if tokens == 0 || instance.chunkNeed(request, tokens: tokens, rank) > rank.memory.free { return }
      instance.addChunk(request, tokens: tokens, rank)
      budget -= tokens
    }
    while budget > 0, rank.seats < instance.pool.limits.maxRequests, let request = rank.waiting.first {
      let units = instance.found(request, rank)
      let found = units * instance.pool.memory.prefixUnitTokens
      let tokens = chunk(request.target - found)
      if tokens == 0 { return }
      let need = instance.admissionNeed(request, units: units, tokens: request.target, rank)
      if need > instance.freeBlocks(request, units, rank) { return }
      instance.admit(request, units: units, tokens: found + tokens, rank)
      instance.addChunk(request, tokens: tokens, rank)
      budget -= tokens
    }
  }

  /// Whether prompts are held back in this plan.
  private func holds(_ scheduler: TensorRTScheduler, _ instance: PlainEngineInstance) -> Bool {
    if instance.waits.held { instance.held += instance.stepsPassed }
    if instance.waits.ready { instance.ready += instance.stepsPassed }
    instance.waits = (false, false)
    if instance.ranks.count > 1 {
      guard let balance = scheduler.balance else { return false }
      return holds(balance, instance)
    }
    let rank = instance.ranks[0]
    let limit = scheduler.waitShare * Double(instance.pool.limits.maxBatchedTokens)
    let decoding = rank.decoders.count * (1 + instance.pool.speculation.draftTokens)
    let wanted = decoding + rank.waiting.map(\.target).reduce(0, +)
    let isHeld =
      scheduler.waitSteps > 0 && !rank.waiting.isEmpty && decoding > 0 && rank.cutOff.isEmpty
      && Double(wanted) < limit && instance.held < scheduler.waitSteps
    if isHeld { instance.waits.held = true } else { instance.held = 0 }
    return isHeld
  }

  private func holds(_ balance: TensorRTScheduler.Balance, _ instance: PlainEngineInstance) -> Bool {
    let ranks = instance.ranks
    let ready = ranks.filter {
      !$0.cutOff.isEmpty || (!$0.waiting.isEmpty && $0.seats < instance.pool.limits.maxRequests)
    }
    if ready.isEmpty || ranks.contains(where: { $0.decoders.isEmpty }) {
      (instance.held, instance.ready) = (0, 0)
      return false
    }
    if ready.count == ranks.count {
      instance.held = 0
      if instance.ready < balance.batchingSteps {
        instance.waits.ready = true
        return true
      }
      instance.ready = 0
      return false
    }
    instance.ready = 0
    if instance.held + 1 < balance.timeoutSteps {
      instance.waits.held = true
      return true
    }
    instance.held = 0
    return false
  }

  // MARK: vLLM-Ascend 0.11 and before

  func plan(_ scheduler: AscendScheduler, _ instance: PlainEngineInstance) {
    for rank in instance.ranks {
      var budget = instance.pool.limits.maxBatchedTokens
      let share = Int((scheduler.freeShare * Double(instance.pool.memory.blocks)).rounded(.up))
      var hasPrompts = false
      for request in rank.waiting where budget > 0 && rank.seats < instance.pool.limits.maxRequests {
        let units = instance.found(request, rank)
        let rest = request.target - units * instance.pool.memory.prefixUnitTokens
        let need = instance.admissionNeed(request, units: units, tokens: request.target, rank)
        let kept = rank.running.isEmpty ? 0 : share
        if rest > budget || need + kept > instance.freeBlocks(request, units, rank) { continue }
        instance.admit(request, units: units, tokens: request.target, rank)
        instance.addChunk(request, tokens: rest, rank)
        budget -= rest
        hasPrompts = true
      }
      if hasPrompts { continue }
      _ = serveRunning(instance, rank, &budget, chunkLimit: .max, order: .firstCome)
    }
  }

  // MARK: MindIE

  func plan(_ scheduler: MindIEScheduler, _ instance: PlainEngineInstance) {
    let asking = instance.ranks.filter { !$0.running.isEmpty || !$0.waiting.isEmpty }
    let ripe = asking.filter { isRipe($0, scheduler) }.count
    if ripe > 0, 2 * ripe >= asking.count {
      for rank in instance.ranks { addPrompts(scheduler, instance, rank) }
      if !instance.chunks.isEmpty { return }
    }
    for rank in instance.ranks {
      var budget = Int.max
      _ = serveRunning(instance, rank, &budget, chunkLimit: .max, order: .firstCome)
    }
    let unripe = instance.ranks.compactMap { $0.waiting.first }.map { $0.arrival + scheduler.queueDelay }
    instance.wake = unripe.filter { $0 > now }.min()
  }

  private func isRipe(_ rank: PlainEngineRank, _ scheduler: MindIEScheduler) -> Bool {
    guard let oldest = rank.waiting.first else { return false }
    if now - oldest.arrival < scheduler.queueDelay, oldest.preemptions == 0 { return false }
    return rank.running.isEmpty || Double(rank.memory.free) >= scheduler.freeShare * Double(rank.memory.total)
  }

  private func addPrompts(_ scheduler: MindIEScheduler, _ instance: PlainEngineInstance, _ rank: PlainEngineRank) {
    var budget = scheduler.maxPrefillTokens
    var count = 0
    while count < scheduler.maxPrefillBatch, rank.seats < instance.pool.limits.maxRequests,
      let request = rank.waiting.first
    {
      let units = instance.found(request, rank)
      let rest = request.target - units * instance.pool.memory.prefixUnitTokens
      if rest > budget, count > 0 { return }
      let need = instance.admissionNeed(request, units: units, tokens: request.target, rank)
      if need > instance.freeBlocks(request, units, rank) { return }
      instance.admit(request, units: units, tokens: request.target, rank)
      instance.addChunk(request, tokens: rest, rank)
      budget -= rest
      count += 1
    }
  }
}
