import Simulation

extension ServingSystem {
  // MARK: Arrival

  /// Gives a request to an instance of the pools that take arrivals.
  mutating func arriveAtEngine(_ slot: Int32, _ hashes: UnsafeBufferPointer<UInt64>, priority: Int32) {
    if slots.engine.count < slots.states.count {
      let missing = slots.states.count - slots.engine.count
      slots.engine.append(contentsOf: repeatElement(EngineRequest(), count: missing))
    }
    slots.engine[Int(slot)] = EngineRequest()
    slots.engine[Int(slot)].target = slots[slot].promptTokens
    slots.engine[Int(slot)].priority = priority
    let instance = routeToEngine(entryEngines, slot)
    let pool = engines[instance].pool
    var refusal = refusal(of: slot, pool)
    if refusal == nil, !decodeEngines.isEmpty { refusal = self.refusal(of: slot, configuration.engines.count - 1) }
    // What no memory holds is told first: a longer limit would not help.
    if refusal == nil, isBeyondModel(slot) { refusal = .beyondModelLength }
    slots[slot].prefillInstance = Int32(instance)
    if let refusal { return refuse(slot, refusal) }
    let unit = configuration.engines[pool].memory.prefixUnitTokens
    if unit > 0 { keepUnits(hashes, unit, slot) }
    engines[instance].outstanding += 1
    engines[instance].outstandingTokens += Int(slots[slot].promptTokens)
    recorder.queued(1)
    let frontEnd = configuration.engines[pool].frontEnd
    let delay =
      frontEnd.constant.picoseconds + frontEnd.perPromptToken.picoseconds * Int64(slots[slot].promptTokens)
    if delay == 0 { return receive(slot, at: instance) }
    agenda.schedule(.received(slot: slot), at: Instant(picoseconds: now + delay))
  }

  /// Why the instances of a pool can never serve a request.
  private func refusal(of slot: Int32, _ pool: Int) -> RequestRecord.Outcome? {
    let memory = configuration.engines[pool].memory
    let role = configuration.engines[pool].role
    let prompt = Int(slots[slot].promptTokens)
    let free = memory.blocks - memory.blocksPerRequest
    if memory.blocks(for: prompt + 1) > free { return .promptTooLong }
    if !cutsPrompts[pool] {
      // A preempted request computes what it has said with its prompt.
      let grows = !memory.reservesOutput && role != .prefill
      let longest = grows ? prompt + Int(slots[slot].outputTokens) - 1 : prompt
      if longest > configuration.engines[pool].limits.maxBatchedTokens { return .promptTooLong }
    }
    let drafts = configuration.engines[pool].speculation.draftTokens
    let tokens = role == .prefill ? prompt : prompt + Int(slots[slot].outputTokens) + drafts
    return memory.blocks(for: tokens) > free ? .contextTooLong : nil
  }

  /// Keeps the hashes of a prompt's whole prefix units: of several hashed blocks the last one stands for all.
  private mutating func keepUnits(_ hashes: UnsafeBufferPointer<UInt64>, _ unit: Int, _ slot: Int32) {
    guard !hashes.isEmpty else { return }
    let perUnit = unit / max(1, configuration.tracesBlockTokens)
    unitHashes.removeAll(keepingCapacity: true)
    let whole = min(hashes.count / perUnit, Int(slots[slot].promptTokens) / unit)
    for index in 0..<whole { unitHashes.append(hashes[(index + 1) * perUnit - 1]) }
    unitHashes.withUnsafeBufferPointer { slots.keepBlocks($0, of: slot) }
  }

  private mutating func routeToEngine(_ candidates: Range<Int>, _ slot: Int32) -> Int {
    if candidates.count == 1 { return candidates.lowerBound }
    let routing = engines[candidates.lowerBound].routing
    switch routing {
    case .roundRobin:
      defer { turns += 1 }
      // One that takes none is passed over.
      for offset in 0..<candidates.count {
        let index = candidates.lowerBound + (turns + offset) % candidates.count
        if engines[index].isOpen { return index }
      }
      return candidates.lowerBound
    case .leastRequests: return least(candidates) { $0.outstanding }
    case .leastTokens: return least(candidates) { $0.outstandingTokens }
    }
  }

  private func least(_ candidates: Range<Int>, _ measure: (EngineInstance) -> Int) -> Int {
    var best = candidates.lowerBound
    var lowest = Int.max
    for index in candidates where engines[index].isOpen {
      let value = measure(engines[index])
      if value < lowest { (best, lowest) = (index, value) }
    }
    return best
  }

  /// A request has passed the front end.
  mutating func finishFrontEnd(of slot: Int32) { receive(slot, at: Int(slots[slot].prefillInstance)) }

  private mutating func receive(_ slot: Int32, at index: Int) {
    slots.engine[Int(slot)].stage = .waiting
    engines[index].arriving.append(slot)
    wake(index)
  }

  /// Has an instance look up: at once if it is idle, else at the first step's end at which it may.
  mutating func wake(_ index: Int) {
    guard engines[index].isStepping else { return changedEngines.insert(index) }
    let run = engines[index].run
    if run.count == 1 { return }
    var count = run.steps(until: now)
    if engines[index].role != .decode {
      // The next step at whose end requests are fetched.
      let interval = engines[index].limits.receiveInterval
      let since = engines[index].steps - engines[index].lastFetch
      count = (count + since + interval - 1) / interval * interval - since
    }
    cutRun(of: index, after: count)
  }

  /// Ends a run of steps at the first end of one, now or later.
  mutating func cutRun(of index: Int) {
    guard engines[index].isStepping, engines[index].run.count > 1 else { return }
    cutRun(of: index, after: engines[index].run.steps(until: now))
  }

  private mutating func cutRun(of index: Int, after count: Int) {
    if count >= engines[index].run.count { return }
    engines[index].run.count = count
    engines[index].generation &+= 1
    schedule(index)
  }

  private mutating func schedule(_ index: Int) {
    agenda.schedule(
      .engineStepped(instance: Int32(index), generation: engines[index].generation),
      at: Instant(picoseconds: engines[index].run.end))
  }

  // MARK: The beginning of a step

  /// Plans an instance's next step and begins it, or a run of such steps.
  mutating func beginEngineStep(of index: Int) {
    if engines[index].isStepping { return }
    let hasStepped = engines[index].hasStepped
    engines[index].hasStepped = false
    plan(index, isIdle: !hasStepped)
    if !engines[index].hasWork(), hasStepped { plan(index, isIdle: true) }
    if !engines[index].admitted.isEmpty {
      recorder.admitted(
        engines[index].admitted, role: engines[index].role, prefixUnitTokens: engines[index].layout.prefixUnitTokens,
        slots)
    }
    if engines[index].preemptions > 0 { recorder.preempted(engines[index].preemptions, pool: engines[index].pool) }
    engines[index].admitted.removeAll(keepingCapacity: true)
    engines[index].preemptions = 0
    if !engines[index].hasWork() {
      for rank in engines[index].ranks.indices where engines[index].ranks[rank].ghosts > 0 {
        engines[index].ranks[rank].dropGhosts()
      }
      setEnginePower(of: index, engines[index].isPowered ? engines[index].idleMilliwatts : 0)
      showBatch(of: index)
      if let wake = engines[index].plan.wake {
        agenda.schedule(.engineWoken(instance: Int32(index)), at: Instant(picoseconds: max(now + 1, wake)))
      }
      return
    }
    joinDecoders(of: index)
    let (first, increment) = engines[index].duration()
    let horizon = recorder.timeline.intervalEnd
    let count = engines[index].runLength(first: first, increment: increment, from: now, until: horizon)
    engines[index].run = EngineInstance.Run(start: now, first: first, increment: increment, count: count)
    engines[index].run.cut(after: runLimit)
    engines[index].isStepping = true
    recorder.began()
    showBatch(of: index)
    setEnginePower(of: index, engines[index].stepMilliwatts())
    schedule(index)
  }

  private mutating func plan(_ index: Int, isIdle: Bool) {
    engines[index].clearPlan()
    engines[index].look(isIdle: isIdle, &slots)
    if engines[index].role == .decode { admitReceived(at: index) }
    // Taken out, so that it is not copied.
    var scheduler = engines[index].scheduler
    engines[index].scheduler = AscendScheduler()
    scheduler.plan(&engines[index], &slots, now: now)
    engines[index].scheduler = scheduler
  }

  /// Those whose prompts are computed begin to decode; those left out of the step stand aside.
  private mutating func joinDecoders(of index: Int) {
    let skipped = engines[index].plan.skipped
    for slot in skipped where slots.engine[Int(slot)].stage == .decoding {
      let rank = Int(slots.engine[Int(slot)].rank)
      if engines[index].plan.decodes[rank] { engines[index].ranks[rank].pause(slot, &slots) }
    }
    engines[index].joined.removeAll(keepingCapacity: true)
    for rank in engines[index].ranks.indices where engines[index].plan.decodes[rank] {
      let joining = engines[index].ranks[rank].joining
      if joining.isEmpty { continue }
      engines[index].ranks[rank].joining.removeAll(keepingCapacity: true)
      for slot in joining {
        if skipped.contains(slot) {
          engines[index].ranks[rank].joining.append(slot)
          continue
        }
        let wanted = Int(slots[slot].outputTokens) - Int(slots.engine[Int(slot)].produced)
        let steps = engines[index].speculation.steps(for: wanted, of: slots[slot].number, engines[index].draws)
        engines[index].ranks[rank].join(slot, steps: steps, &slots)
        engines[index].joined.append(slot)
      }
    }
  }

  // MARK: The end of a step

  /// The run of an instance has ended; its last step ends now.
  mutating func finishEngineRun(of index: Int, generation: Int32) {
    guard engines[index].isStepping, engines[index].generation == generation else { return }
    let run = engines[index].run
    engines[index].isStepping = false
    engines[index].hasStepped = true
    engines[index].generation &+= 1
    engines[index].steps += run.count
    engines[index].heldPrompts = !engines[index].plan.chunks.isEmpty
    changedEngines.insert(index)
    if recorder.observers.steps != nil { tellSteps(of: index) }
    recorder.ended(
      run, chunks: engines[index].plan.chunks, pool: engines[index].pool, instance: index,
      step: engines[index].steps - run.count, now: now)
    for rank in engines[index].ranks.indices { finishDecodes(of: index, rank, run) }
    for slot in engines[index].plan.skipped where slots.engine[Int(slot)].stage == .decoding {
      let rank = Int(slots.engine[Int(slot)].rank)
      if engines[index].plan.decodes[rank] { engines[index].ranks[rank].resume(slot, &slots) }
    }
    for chunk in engines[index].plan.chunks { finishChunk(chunk, at: index) }
  }

  private mutating func finishDecodes(of index: Int, _ rank: Int, _ run: EngineInstance.Run) {
    guard engines[index].plan.decodes[rank] else { return engines[index].ranks[rank].dropGhosts() }
    let joined =
      engines[index].ranks.count == 1
      ? engines[index].joined : engines[index].joined.filter { Int(slots.engine[Int($0)].rank) == rank }
    // Of those that had no part in the step before, the ones that had in this.
    var late: [Int32] = []
    if !engines[index].ranks[rank].late.isEmpty {
      late = engines[index].ranks[rank].late.filter { slots.engine[Int($0)].calendarPlace >= 0 }
      engines[index].ranks[rank].late.removeAll { late.contains($0) }
    }
    if recorder.observers.tokens != nil {
      recorder.tell(engines[index].ranks[rank], engines[index].speculation, engines[index].draws, run, slots)
    }
    recorder.sent(run, pool: engines[index].pool, engines[index].ranks[rank].told(), joined: joined, late: late, slots)
    engines[index].ranks[rank].dropGhosts()
    engines[index].ranks[rank].advance(by: run.count, now: now)
    for slot in joined where slots.engine[Int(slot)].base == 0 { slots[slot].firstToken = run.instant(1) }
    let step = engines[index].ranks[rank].decodeSteps
    var leaving: [Int32] = []
    var slot = engines[index].ranks[rank].calendar.head(step)
    while slot >= 0 {
      let next = slots.engine[Int(slot)].calendarNext
      engines[index].ranks[rank].calendar.remove(slot, &slots.engine)
      engines[index].ranks[rank].passBend(slot, slots)
      if slots.engine[Int(slot)].due == step {
        leaving.append(slot)
      } else {
        engines[index].ranks[rank].enterCalendar(slot, &slots)
      }
      slot = next
    }
    if leaving.count > 1 { leaving.sort { slots.engine[Int($0)].admission < slots.engine[Int($1)].admission } }
    for slot in leaving { leaveDecode(slot, at: index, rank) }
  }

  private mutating func leaveDecode(_ slot: Int32, at index: Int, _ rank: Int) {
    if engines[index].limits.hasSurplusStep { engines[index].ranks[rank].addGhost(slot, slots) }
    engines[index].ranks[rank].settleBlocks(slot, after: engines[index].ranks[rank].decodeSteps, &slots)
    engines[index].ranks[rank].leaveSums(slot, slots)
    slots.engine[Int(slot)].produced = slots[slot].outputTokens
    complete(slot, at: index, rank)
  }

  private mutating func finishChunk(_ chunk: EngineInstance.Chunk, at index: Int) {
    let slot = chunk.slot
    let rank = Int(chunk.rank)
    slots.engine[Int(slot)].computed += chunk.tokens
    if !engines[index].layout.namesWhenScheduled {
      engines[index].ranks[rank].name(slot, upTo: Int(slots.engine[Int(slot)].computed), &slots)
    }
    guard chunk.isLast else { return }
    engines[index].ranks[rank].prefilling.removeAll { $0 == slot }
    if engines[index].role == .prefill, firstTokenRule != .prefill {
      return handOver(slot, from: index, rank)
    }
    sendOfPrompt(slot)
    if slots.engine[Int(slot)].produced == slots[slot].outputTokens {
      complete(slot, at: index, rank)
    } else if engines[index].role == .prefill {
      handOver(slot, from: index, rank)
    } else {
      slots.engine[Int(slot)].stage = .joining
      engines[index].ranks[rank].joining.append(slot)
    }
  }

  /// Sends the token that a prompt's computation gave.
  mutating func sendOfPrompt(_ slot: Int32) {
    slots.engine[Int(slot)].produced += 1
    if slots.engine[Int(slot)].produced > 1 { recorder.sentAgain(slot, slots, now: now) }
    slots.engine[Int(slot)].lastSent = now
    if slots.engine[Int(slot)].produced == 1 { slots[slot].firstToken = now }
    recorder.sentFirst(slot, slots, now: now)
  }

  /// A request has all of its tokens; what it holds is let go when the scheduler sees it.
  mutating func complete(_ slot: Int32, at index: Int, _ rank: Int) {
    engines[index].ranks[rank].unlink(slot, &slots)
    engines[index].ranks[rank].ended.append(slot)
    engines[index].ranks[rank].load -= Int(slots.engine[Int(slot)].target)
    engines[index].outstanding -= 1
    engines[index].outstandingTokens -= Int(slots[slot].promptTokens)
    slots.engine[Int(slot)].stage = .finished
    slots[slot].rank = Int32(rank)
    if slots[slot].decodeInstance < 0 { slots[slot].assigned = slots[slot].firstToken }
    if slots[slot].decodeInstance < 0 { slots[slot].transferred = slots[slot].firstToken }
    finish(slot, .completed)
    slots.retire()
  }

  // MARK: Levels

  mutating func setEnginePower(of index: Int, _ milliwatts: Int64) {
    recorder.timeline.levels.milliwatts += milliwatts - engines[index].milliwatts
    engines[index].milliwatts = milliwatts
  }

  private mutating func showBatch(of index: Int) {
    let (batch, blocks) = engines[index].level()
    recorder.timeline.levels.decodeBatch += batch - engines[index].shownBatch
    recorder.timeline.levels.heldBlocks += blocks - engines[index].shownBlocks
    engines[index].shownBatch = batch
    engines[index].shownBlocks = blocks
  }
}
