/// vLLM-Ascend's own scheduler of releases 0.7.3 to 0.11.0: whole prompts first and alone, decode where there are none.
/// Source: vllm_ascend/core/scheduler.py, tag v0.11.0. Later releases run vLLM's scheduler.
public struct AscendScheduler: StepScheduler {
  /// Share of the blocks that stays free when a prompt is admitted.
  public var freeShare: Double

  var name: String { "vLLM-Ascend 0.11" }
  var cutsPrompts: Bool { false }

  public init(freeShare: Double = 0.01) { self.freeShare = freeShare }

  mutating func plan(_ instance: inout EngineInstance, _ slots: inout RequestSlots, now: Int64) {
    for rank in instance.ranks.indices {
      if addPrompts(&instance, rank, &slots, now) { continue }
      var pass = OneByOne(
        instance: instance, rank: rank, budget: instance.limits.maxBatchedTokens, chunkLimit: nil, order: .firstCome)
      if instance.ranks[rank].decodeNeed(slots) <= instance.ranks[rank].memory.free {
        instance.addDecodes(of: rank, &slots)
      } else {
        pass.run(&instance, &slots)
      }
    }
  }

  /// Prompts in order; those that do not fit are passed over, later ones are tried.
  private func addPrompts(
    _ instance: inout EngineInstance, _ index: Int, _ slots: inout RequestSlots, _ now: Int64
  ) -> Bool {
    var budget = instance.limits.maxBatchedTokens
    let kept = Int((freeShare * Double(instance.layout.blocks)).rounded(.up))
    var place = 0
    var hasAny = false
    while place < instance.ranks[index].waiting.count, budget > 0, instance.ranks[index].freeSeats > 0 {
      let slot = instance.ranks[index].waiting[place]
      let units = instance.ranks[index].found(slot, slots)
      let target = Int(slots.engine[Int(slot)].target)
      let tokens = target - units * instance.layout.prefixUnitTokens
      let need = instance.ranks[index].admissionNeed(slot, units: units, tokens: target, slots)
      let margin = instance.ranks[index].running == 0 && !hasAny ? 0 : kept
      if tokens > budget || need + margin > instance.ranks[index].freeBlocks(slot, units: units, slots) {
        place += 1
        continue
      }
      instance.ranks[index].waiting.remove(at: place)
      instance.ranks[index].admit(slot, units: units, tokens: target, &slots)
      instance.noteAdmission(slot, units: units, rank: index, &slots, now: now)
      instance.addChunk(slot, rank: index, tokens: tokens, &slots)
      budget -= tokens
      hasAny = true
    }
    return hasAny
  }
}
