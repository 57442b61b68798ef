import Simulation

extension ServingSystem {
  // MARK: From a pool that computes prompts to one that decodes

  /// A prompt is computed: its seat is free, its blocks stay until its keys and values have gone.
  mutating func handOver(_ slot: Int32, from index: Int, _ rank: Int) {
    engines[index].ranks[rank].unlink(slot, &slots)
    engines[index].ranks[rank].load -= Int(slots.engine[Int(slot)].target)
    engines[index].ranks[rank].hasFreed = true
    let target = leastDecodeEngine()
    engines[index].outstanding -= 1
    engines[index].outstandingTokens -= Int(slots[slot].promptTokens)
    let request = slots.engine[Int(slot)]
    slots.engine[Int(slot)].source = EngineRequest.Source(
      instance: Int32(index), rank: Int32(rank), blocks: request.blocks, units: request.units)
    slots.engine[Int(slot)].blocks = 0
    slots.engine[Int(slot)].units = 0
    slots.engine[Int(slot)].granted = -1
    slots[slot].decodeInstance = Int32(target)
    slots.engine[Int(slot)].stage = .waiting
    if firstTokenRule != .prefill { slots[slot].handedOver = now }
    slots.engine[Int(slot)].target = slots[slot].promptTokens
    engines[target].outstanding += 1
    engines[target].outstandingTokens += Int(slots[slot].promptTokens)
    engines[target].incoming.append(slot)
    recorder.timeline.levels.decodeQueue += 1
    wake(target)
  }

  private func leastDecodeEngine() -> Int {
    var (best, fewest) = (decodeEngines.lowerBound, Int.max)
    for index in decodeEngines where engines[index].isOpen && engines[index].outstanding < fewest {
      (best, fewest) = (index, engines[index].outstanding)
    }
    return best
  }

  /// Gives blocks to those that wait for a place to decode, in order, until one must wait on; their transfers begin.
  mutating func admitReceived(at index: Int) {
    let ready = engines[index].received
    engines[index].received.removeAll(keepingCapacity: true)
    for slot in ready {
      let rank = Int(slots.engine[Int(slot)].rank)
      if firstTokenRule == .received { sendOfPrompt(slot) }
      slots.engine[Int(slot)].stage = .joining
      engines[index].ranks[rank].joining.append(slot)
    }
    while let slot = engines[index].incoming.first {
      let rank = engines[index].chooseRank(slot, slots)
      guard reserve(slot, at: index, rank) else { return }
      engines[index].turn += 1
      engines[index].incoming.removeFirst()
      recorder.timeline.levels.decodeQueue -= 1
      slots.engine[Int(slot)].rank = Int32(rank)
      slots[slot].rank = Int32(rank)
      slots[slot].assigned = now
      beginTransfer(of: slot, to: index)
    }
  }

  /// Blocks for a prompt, and for what its engine keeps for the answer; false where they are not free.
  private mutating func reserve(_ slot: Int32, at index: Int, _ rank: Int) -> Bool {
    if engines[index].ranks[rank].freeSeats < 1 { return false }
    let prompt = Int(slots[slot].promptTokens)
    let need = engines[index].ranks[rank].admissionNeed(slot, units: 0, tokens: prompt, slots)
    let kept = engines[index].layout.blocks(for: engines[index].keptTokens) * engines[index].ranks[rank].running
    if need + kept > engines[index].ranks[rank].memory.free { return false }
    engines[index].ranks[rank].memory.take(need)
    slots.engine[Int(slot)].blocks = Int32(need)
    slots.engine[Int(slot)].stage = .receiving
    engines[index].ranks[rank].append(slot, &slots)
    engines[index].ranks[rank].load += prompt
    return true
  }

  /// Beyond the horizon, so that queues at a link too slow for its load do not overflow.
  static let farthest = Instant.horizon.picoseconds + 1

  private mutating func beginTransfer(of slot: Int32, to index: Int) {
    let source = Int(slots.engine[Int(slot)].source.instance)
    let transfer = configuration.transfer
    let tokens = Int64(slots[slot].promptTokens)
    // What leaves a link out may wait at the link in, without holding the link out.
    let departure = max(now, engines[source].egressFree)
    let sent = min(Self.farthest, departure + tokens * transfer.egressPerToken.picoseconds)
    let arrival = max(departure, engines[index].ingressFree)
    let received = min(Self.farthest, arrival + tokens * transfer.ingressPerToken.picoseconds)
    engines[source].egressFree = sent
    engines[index].ingressFree = received
    let end = max(now + 1, max(sent, received) + transfer.latency.picoseconds)
    agenda.schedule(.engineReceived(slot: slot), at: Instant(picoseconds: end))
  }

  /// Keys and values have come: the source lets go of them, the request decodes from the next step on.
  mutating func finishEngineTransfer(of slot: Int32) {
    recorder.statistics.transfers += 1
    recorder.statistics.transferredTokens += Int(slots[slot].promptTokens)
    let source = slots.engine[Int(slot)].source
    let (instance, rank) = (Int(source.instance), Int(source.rank))
    engines[instance].ranks[rank].memory.giveBack(Int(source.blocks))
    if source.units > 0 {
      slots.withBlocks(of: slot) { engines[instance].ranks[rank].memory.release($0, count: Int(source.units)) }
    }
    engines[instance].ranks[rank].hasFreed = true
    if !engines[instance].isStepping { changedEngines.insert(instance) }
    slots[slot].transferred = now
    let index = Int(slots[slot].decodeInstance)
    slots.engine[Int(slot)].lastSent = slots[slot].firstToken
    wake(index)
    if firstTokenRule == .received, slots[slot].outputTokens == 1 {
      sendOfPrompt(slot)
      complete(slot, at: index, Int(slots.engine[Int(slot)].rank))
    } else {
      engines[index].received.append(slot)
    }
  }
}
