/// MindIE-LLM's scheduler: a step is either prompts or decode. Source: MindIE-LLM src/scheduler/scheduler.cpp and
/// policy/, commit 8b4871ad31, with its configuration's defaults.
///
/// Left out: swapping to the host, chunked prompts, the choice by cost (`supportSelectBatch`).
public struct MindIEScheduler: StepScheduler {
  public var maxPrefillBatch: Int
  public var maxPrefillTokens: Int
  /// How long the oldest waiting request waits at least before prompts go (`maxQueueDelayMicroseconds`).
  public var queueDelay: Int64
  /// Share of the blocks that must be free for prompts to go.
  public var freeShare: Double

  var name: String { "MindIE" }
  var cutsPrompts: Bool { true }

  public init(
    maxPrefillBatch: Int = 50, maxPrefillTokens: Int = 8192, queueDelay: Int64 = 5_000_000_000, freeShare: Double = 0.05
  ) {
    self.maxPrefillBatch = maxPrefillBatch
    self.maxPrefillTokens = maxPrefillTokens
    self.queueDelay = queueDelay
    self.freeShare = freeShare
  }

  mutating func plan(_ instance: inout EngineInstance, _ slots: inout RequestSlots, now: Int64) {
    if prefers(instance, slots, now) {
      for rank in instance.ranks.indices { addPrompts(&instance, rank, &slots, now) }
      if !instance.plan.chunks.isEmpty { return }
    }
    for rank in instance.ranks.indices {
      if instance.ranks[rank].decodeNeed(slots) <= instance.ranks[rank].memory.free {
        instance.addDecodes(of: rank, &slots)
      } else {
        var pass = OneByOne(instance: instance, rank: rank, budget: .max, chunkLimit: nil, order: .firstCome)
        pass.run(&instance, &slots)
      }
    }
    noteDelay(&instance, slots, now)
  }

  /// All ranks decide together, by the majority of those with requests; ties go to prompts.
  private func prefers(_ instance: EngineInstance, _ slots: RequestSlots, _ now: Int64) -> Bool {
    var (prompts, decode) = (0, 0)
    for rank in instance.ranks where !rank.isIdle {
      if hasRipe(rank, slots, now) { prompts += 1 } else { decode += 1 }
    }
    return prompts > 0 && prompts >= decode
  }

  private func hasRipe(_ rank: EngineRank, _ slots: RequestSlots, _ now: Int64) -> Bool {
    guard let oldest = rank.waiting.first else { return false }
    let isRipe = now - slots[oldest].arrival >= queueDelay || slots.engine[Int(oldest)].preemptions > 0
    return isRipe && (rank.running == 0 || Double(rank.memory.free) >= freeShare * Double(rank.memory.total))
  }

  /// Where only a delay keeps prompts back, the plan stands for one step, or there is a time to look again.
  private func noteDelay(_ instance: inout EngineInstance, _ slots: RequestSlots, _ now: Int64) {
    for rank in instance.ranks {
      guard let oldest = rank.waiting.first, now - slots[oldest].arrival < queueDelay else { continue }
      instance.plan.stableSteps = 1
      let ripe = slots[oldest].arrival + queueDelay
      instance.plan.wake = min(instance.plan.wake ?? .max, ripe)
    }
  }

  /// Whole prompts in order, until one does not fit.
  private func addPrompts(
    _ instance: inout EngineInstance, _ index: Int, _ slots: inout RequestSlots, _ now: Int64
  ) {
    var budget = maxPrefillTokens
    var count = 0
    while count < maxPrefillBatch, instance.ranks[index].freeSeats > 0, let slot = instance.ranks[index].waiting.first {
      let units = instance.ranks[index].found(slot, slots)
      let target = Int(slots.engine[Int(slot)].target)
      let tokens = target - units * instance.layout.prefixUnitTokens
      let need = instance.ranks[index].admissionNeed(slot, units: units, tokens: target, slots)
      if tokens > budget, count > 0 { return }
      if need > instance.ranks[index].freeBlocks(slot, units: units, slots) { return }
      instance.admitFirst(of: index, units: units, tokens: target, &slots, now: now)
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      budget -= tokens
      count += 1
    }
  }
}
