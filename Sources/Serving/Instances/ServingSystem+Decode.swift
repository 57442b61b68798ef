import Simulation

extension ServingSystem {
  /// Memory that a request takes on its decode rank, prompt and output.
  @inline(__always) func blocks(of state: RequestState) -> Int {
    let size = configuration.decode.blockTokens
    return (Int(state.promptTokens) + Int(state.outputTokens) + size - 1) / size
  }

  /// Queues a request at the decode instance with the fewest requests.
  mutating func awaitDecode(_ slot: Int32) {
    var index = 0
    for other in decodes.indices where decodes[other].outstanding < decodes[index].outstanding { index = other }
    slots[slot].decodeInstance = Int32(index)
    decodes[index].outstanding += 1
    decodes[index].queue.append(slot, &slots)
    recorder.timeline.levels.decodeQueue += 1
    changedDecodes.insert(index)
  }

  /// Gives ranks to those that wait, in order, until one must wait on; their transfers join the links' queues.
  mutating func assignRanks(of index: Int) {
    decodes[index].isHeldByObjective = false
    while decodes[index].queue.count > 0 {
      let slot = decodes[index].queue.first
      let rank = decodes[index].load.leastLoaded
      guard admits(slot, on: rank, of: index) else { return }
      _ = decodes[index].queue.removeFirst(slots)
      recorder.timeline.levels.decodeQueue -= 1
      let blocks = blocks(of: slots[slot])
      decodes[index].load.add(requests: 1, blocks: blocks, to: rank)
      recorder.timeline.levels.heldBlocks += blocks
      decodes[index].pendingQuanta[rank] += joiningQuanta(of: slots[slot])
      recorder.statistics.reservedTokens += blocks * configuration.decode.blockTokens
      slots[slot].rank = Int32(rank)
      slots[slot].assigned = now
      beginTransfer(of: slot)
    }
  }

  private mutating func admits(_ slot: Int32, on rank: Int, of index: Int) -> Bool {
    let requests = decodes[index].load.requests(rank)
    if requests >= configuration.decode.maxRequestsPerRank {
      recorder.statistics.heldByRequests += 1
      return false
    }
    if decodes[index].load.blocks(rank) + blocks(of: slots[slot]) > decodeCapacityBlocks {
      recorder.statistics.heldByMemory += 1
      return false
    }
    guard let stepLimit, requests > 0 else { return true }
    let context = decodes[index].ranks[rank].context + decodes[index].pendingQuanta[rank]
    let predicted = configuration.decode.durations.line(
      requests: requests + 1, quanta: context + joiningQuanta(of: slots[slot]))
    if predicted.duration <= stepLimit { return true }
    decodes[index].isHeldByObjective = true
    recorder.statistics.heldByObjective += 1
    return false
  }

  /// Context with which a request joins: its prompt and the first token.
  @inline(__always) func joiningQuanta(of state: RequestState) -> Int64 {
    (Int64(state.promptTokens) + 1) * DecodeDurations.quantaPerToken
  }

  private mutating func beginTransfer(of slot: Int32) {
    let state = slots[slot]
    let source = Int(state.prefillInstance)
    let index = Int(state.decodeInstance)
    let chip = Int(state.rank) * decodes[index].ingressFree.count / decodes[index].ranks.count
    let transfer = configuration.transfer
    let tokens = Int64(state.promptTokens)
    // What leaves a link out may wait at the link in, without holding the link out.
    let departure = max(now, prefills[source].egressFree)
    let sent = departure + tokens * transfer.egressPerToken.picoseconds
    let arrival = max(departure, decodes[index].ingressFree[chip])
    let received = arrival + tokens * transfer.ingressPerToken.picoseconds
    prefills[source].egressFree = sent
    decodes[index].ingressFree[chip] = received
    let end = max(now + 1, max(sent, received) + transfer.latency.picoseconds)
    agenda.schedule(.transferFinished(slot: slot), at: Instant(picoseconds: end))
  }

  mutating func finishTransfer(of slot: Int32) {
    recorder.statistics.transfers += 1
    recorder.statistics.transferredTokens += Int(slots[slot].promptTokens)
    releaseMemory(of: slot)
    slots[slot].transferred = now
    let index = Int(slots[slot].decodeInstance)
    decodes[index].ready.append(slot)
    if !decodes[index].isStepping { changedDecodes.insert(index) }
  }

  /// Takes in those that are ready and begins a run of steps, as long as nothing can change before its last step.
  mutating func beginSteps(of index: Int, until horizon: Int64) {
    let joining = decodes[index].ready
    for slot in joining { join(slot, at: index) }
    let batch = decodes[index].batch
    recorder.timeline.levels.decodeBatch += batch - decodes[index].shownBatch
    decodes[index].shownBatch = batch
    if batch == 0 { return setDecodePower(of: index, 0) }
    let (first, increment) = decodes[index].slowest()
    for slot in joining {
      recorder.statistics.recordGap(Span(picoseconds: now + first - slots[slot].firstToken), at: now)
    }
    decodes[index].ready.removeAll(keepingCapacity: true)
    var count = 1
    if !decodes[index].isHeldByObjective {
      count = decodes[index].runLength(from: now, until: horizon, first: first, increment: increment)
    }
    let run = DecodeRun(
      instance: index, step: decodes[index].steps, start: Instant(picoseconds: now),
      first: Span(picoseconds: first), increment: Span(picoseconds: increment), count: count, batch: batch)
    let end = run.instant(count)
    enter(run, joining: joining.count, until: end)
    if count > 1 { decodes[index].advance(by: count - 1) }
    decodes[index].isStepping = true
    let ranks = decodes[index].ranks.count
    setDecodePower(of: index, configuration.decode.durations.milliwatts[(batch + ranks / 2) / ranks])
    agenda.schedule(.decodeStepFinished(instance: Int32(index)), at: end)
  }

  private mutating func enter(_ run: DecodeRun, joining: Int, until end: Instant) {
    let length = (end - run.start).picoseconds
    recorder.statistics.decodeRuns += 1
    recorder.statistics.decodeSteps += run.count
    recorder.statistics.decodeBusy += Int128(length)
    recorder.statistics.decodeRequestSteps += run.batch * run.count
    if run.batch > joining { recorder.statistics.recordGap(run.first, times: run.batch - joining, at: now) }
    if run.count > 1 {
      recorder.statistics.recordGaps(
        first: (run.first + run.increment).picoseconds, increment: run.increment.picoseconds, steps: run.count - 1,
        times: run.batch, at: now)
    }
    recorder.timeline.current.stepTime += Double(length)
    recorder.timeline.current.steps += run.count
    recorder.timeline.current.outputTokens += Double(run.batch * run.count) * tokensPerStep
    recorder.observers.decodeRuns?(run)
    if recorder.observers.steps != nil { tellDecodeRun(run) }
  }

  private mutating func join(_ slot: Int32, at index: Int) {
    let state = slots[slot]
    let quanta = joiningQuanta(of: state)
    let rank = Int(state.rank)
    let steps = configuration.decode.speculation.steps(
      for: Int(state.outputTokens) - 1, of: state.number, speculationStream)
    slots[slot].steps = Int32(steps)
    slots[slot].firstStep = decodes[index].steps
    decodes[index].pendingQuanta[rank] -= quanta
    decodes[index].changeRank(rank, requests: 1, quanta: quanta)
    decodes[index].calendar.insert(slot, after: decodes[index].steps + steps, &slots)
  }

  mutating func finishStep(of index: Int) {
    decodes[index].advance(by: 1)
    decodes[index].isStepping = false
    changedDecodes.insert(index)
    let step = decodes[index].steps
    var slot = decodes[index].calendar.take(step)
    while slot >= 0 {
      let state = slots[slot]
      if state.firstStep + Int(state.steps) == step {
        leave(slot, state, at: index)
      } else {
        decodes[index].calendar.insert(slot, after: step, &slots)
      }
      slot = state.next
    }
  }

  private mutating func leave(_ slot: Int32, _ state: RequestState, at index: Int) {
    let rank = Int(state.rank)
    let context = joiningQuanta(of: state) + Int64(state.steps) * decodes[index].quantaPerStep
    decodes[index].changeRank(rank, requests: -1, quanta: -context)
    decodes[index].load.add(requests: -1, blocks: -blocks(of: state), to: rank)
    recorder.timeline.levels.heldBlocks -= blocks(of: state)
    decodes[index].outstanding -= 1
    end(slot, .completed)
  }

  /// 0 stands for idle.
  private mutating func setDecodePower(of index: Int, _ milliwatts: Int64) {
    let idle = Int64((configuration.decode.idlePower.value * 1000).rounded())
    let extra = milliwatts == 0 ? 0 : milliwatts - idle
    recorder.timeline.levels.milliwatts += extra - decodes[index].milliwatts
    decodes[index].milliwatts = extra
  }
}
