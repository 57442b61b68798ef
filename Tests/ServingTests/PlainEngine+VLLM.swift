@testable import Serving

extension PlainEngine {
  func plan(_ scheduler: VLLMScheduler, _ instance: PlainEngineInstance) {
    for rank in instance.ranks {
      var budget = instance.pool.limits.maxBatchedTokens
      let limit = scheduler.chunkLimit ?? .max
      if serveRunning(instance, rank, &budget, chunkLimit: limit, order: scheduler.order) { continue }
      while budget > 0, rank.seats < instance.pool.limits.maxRequests, let head = rank.waiting.first {
        let units = instance.found(head, rank)
        let found = units * instance.pool.memory.prefixUnitTokens
        let wanted = min(head.target - found, limit)
        if !scheduler.isChunked, wanted > budget { break }
        let tokens = min(wanted, budget)
        let asked = scheduler.reservesWholePrompt ? head.target : found + tokens
        let need = instance.admissionNeed(head, units: units, tokens: asked, rank)
        let kept = rank.running.isEmpty ? 0 : scheduler.watermarkBlocks
        if need + kept > instance.freeBlocks(head, units, rank) { break }
        instance.admit(head, units: units, tokens: found + tokens, rank)
        instance.addChunk(head, tokens: tokens, rank)
        budget -= tokens
      }
    }
  }

  /// Running requests in order of admission, preempting where blocks run out; whether any was preempted.
  func serveRunning(
    _ instance: PlainEngineInstance, _ rank: PlainEngineRank, _ budget: inout Int, chunkLimit: Int, order: QueueOrder
  ) -> Bool {
    var hasPreempted = false
    let perDecode = 1 + instance.pool.speculation.draftTokens
    for request in rank.running where request.stage != .receiving {
      // A victim of one before it.
      if request.stage == .waiting { continue }
      let isPrompt = request.stage == .prefilling
      let want = isPrompt ? min(request.target - request.computed, chunkLimit, budget) : perDecode
      if want == 0 || want > budget { continue }
      let need = isPrompt ? instance.chunkNeed(request, tokens: want, rank) : instance.stepNeed(request, rank)
      while rank.memory.free < need {
        hasPreempted = true
        let victim = self.victim(rank, order)
        if let place = instance.chunks.firstIndex(where: { $0.request === victim }) {
          budget += instance.chunks.remove(at: place).tokens
        } else if let place = instance.decodes[victim.rank].firstIndex(where: { $0 === victim }) {
          instance.decodes[victim.rank].remove(at: place)
          budget += perDecode
        }
        instance.preempt(victim, rank)
        if order == .priority { insert(victim, rank) } else { rank.waiting.insert(victim, at: 0) }
        if victim === request { return true }
      }
      if isPrompt { instance.addChunk(request, tokens: want, rank) } else { instance.addDecode(request, rank) }
      budget -= want
    }
    return hasPreempted
  }

  private func victim(_ rank: PlainEngineRank, _ order: QueueOrder) -> PlainServed {
    let candidates = rank.running.filter { $0.stage != .receiving }
    guard order == .priority else { return candidates[candidates.count - 1] }
    return candidates.reduce(candidates[0]) { goesBefore($0, $1) ? $1 : $0 }
  }

  private func goesBefore(_ one: PlainServed, _ other: PlainServed) -> Bool {
    (Int(one.priority), one.number) < (Int(other.priority), other.number)
  }

  /// To its place by priority and arrival.
  func insert(_ request: PlainServed, _ rank: PlainEngineRank) {
    let place = rank.waiting.firstIndex { goesBefore(request, $0) } ?? rank.waiting.count
    rank.waiting.insert(request, at: place)
  }
}
