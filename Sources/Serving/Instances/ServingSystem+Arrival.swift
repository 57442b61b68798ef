import Simulation
import Workloads

extension ServingSystem {
  /// Takes in the `index`-th request of `batch`, now.
  mutating func arrive(_ index: Int, of batch: RequestBatch) {
    let blocks = batch.blocks(of: index)
    batch.blockHashes.withUnsafeBufferPointer {
      arrive(
        prompt: batch.promptTokens[index], output: batch.outputTokens[index],
        hashes: UnsafeBufferPointer(rebasing: $0[blocks]),
        priority: batch.priorities.isEmpty ? 0 : batch.priorities[index])
    }
  }

  /// Takes in a request, now; `hashes` are those of its prompt's leading blocks.
  mutating func arrive(prompt: Int32, output: Int32, hashes: UnsafeBufferPointer<UInt64>, priority: Int32) {
    isSettled = false
    recorder.statistics.events += 1
    let number = recorder.statistics.offered
    recorder.statistics.offered += 1
    recorder.statistics.arrive(number, at: now)
    recorder.timeline.current.arrivals += 1
    let slot = slots.allocate()
    slots[slot].number = number
    slots[slot].arrival = now
    slots[slot].promptTokens = prompt
    slots[slot].outputTokens = output
    recorder.statistics.peakInFlight = max(recorder.statistics.peakInFlight, slots.inUse)
    if !engines.isEmpty { return arriveAtEngine(slot, hashes, priority: priority) }
    let (instance, expected) = route(prompt: Int(prompt), blocks: hashes)
    slots[slot].prefillInstance = Int32(instance)
    slots[slot].expectedTokens = Int32(expected)
    if Int(prompt) > configuration.prefill.keyValueTokens { return refuse(slot, .promptTooLong) }
    if isBeyondModel(slot) { return refuse(slot, .beyondModelLength) }
    if prefills[instance].queue.count >= configuration.prefill.queueLimit { return refuse(slot, .queueFull) }
    if !caches.isEmpty { slots.keepBlocks(hashes, of: slot) }
    prefills[instance].outstandingTokens += expected
    prefills[instance].queue.append(slot, &slots)
    recorder.timeline.levels.prefillQueue += 1
    changedPrefills.insert(instance)
  }

  func isBeyondModel(_ slot: Int32) -> Bool {
    Int(slots[slot].promptTokens) + Int(slots[slot].outputTokens) > configuration.maxModelLength
  }

  /// The prefill instance for a request, and the tokens by which it adds to that instance's load.
  private mutating func route(prompt: Int, blocks: UnsafeBufferPointer<UInt64>) -> (instance: Int, expected: Int) {
    switch configuration.prefill.routing {
    case .roundRobin:
      defer { turns += 1 }
      return (turns % prefills.count, prompt)
    case .leastLoaded:
      return (leastLoaded { _ in 0 }, prompt)
    case .prefixAware where configuration.cache.scope == .instance:
      let instance = leastLoaded { uncached(prompt, blocks, in: $0) }
      return (instance, uncached(prompt, blocks, in: instance))
    case .prefixAware:
      return (leastLoaded { _ in 0 }, caches.isEmpty ? prompt : uncached(prompt, blocks, in: 0))
    }
  }

  private func leastLoaded(adding own: (Int) -> Int) -> Int {
    var best = 0
    var least = Int.max
    for index in prefills.indices {
      let load = prefills[index].outstandingTokens + own(index)
      if load < least { (best, least) = (index, load) }
    }
    return best
  }

  private func uncached(_ prompt: Int, _ blocks: UnsafeBufferPointer<UInt64>, in cache: Int) -> Int {
    prompt - cachedTokens(blocks: caches[cache].leading(blocks), of: prompt).tokens
  }

  /// What `hits` leading blocks spare a prompt: all their tokens, but at least one token must be computed.
  func cachedTokens(blocks hits: Int, of prompt: Int) -> (blocks: Int, tokens: Int) {
    let size = configuration.cache.tokensPerBlock
    let used = min(hits, (prompt - 1) / size)
    return (used, used * size)
  }

  mutating func refuse(_ slot: Int32, _ outcome: RequestRecord.Outcome) {
    if recorder.statistics.counts(slots[slot]) {
      recorder.statistics.misses[ServingStatistics.MissReason.rejected.rawValue] += 1
    }
    end(slot, outcome)
  }

  /// Takes a request out of the system.
  mutating func end(_ slot: Int32, _ outcome: RequestRecord.Outcome) {
    finish(slot, outcome)
    slots.release(slot)
  }

  /// Enters what became of a request.
  mutating func finish(_ slot: Int32, _ outcome: RequestRecord.Outcome) {
    if outcome == .completed {
      recorder.statistics.complete(slots[slot], at: now, under: configuration.objectives)
      recorder.timeline.current.completions += 1
    } else {
      recorder.statistics.lose(slots[slot], outcome)
    }
    recorder.statistics.lastDeparture = Instant(picoseconds: now)
    if tellsDepartures { departures.append((slots[slot].number, now)) }
    if recorder.keepsRecords { recorder.records.append(record(slots[slot], outcome)) }
    if let departures = recorder.observers.departures {
      let record = record(slots[slot], outcome)
      let handedOver = slots[slot].handedOver
      departures(record, handedOver > 0 ? Instant(picoseconds: handedOver) : record.firstToken)
    }
  }

  private func record(_ state: RequestState, _ outcome: RequestRecord.Outcome) -> RequestRecord {
    func reached(_ instant: Int64, _ condition: Bool) -> Instant {
      condition ? Instant(picoseconds: instant) : .never
    }
    let prefilled = outcome == .completed || outcome == .contextTooLong
    let decoded = state.decodeInstance >= 0
    return RequestRecord(
      number: state.number, outcome: outcome, promptTokens: Int(state.promptTokens),
      outputTokens: Int(state.outputTokens), cachedTokens: Int(state.cachedTokens),
      arrival: Instant(picoseconds: state.arrival), scheduled: reached(state.scheduled, prefilled),
      firstToken: reached(state.firstToken, prefilled), assigned: reached(state.assigned, decoded),
      transferred: reached(state.transferred, decoded), finished: Instant(picoseconds: now),
      prefillInstance: Int(state.prefillInstance), decodeInstance: Int(state.decodeInstance), rank: Int(state.rank),
      steps: state.firstStep..<state.firstStep + Int(state.steps))
  }
}
