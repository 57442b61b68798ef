import Simulation

extension ServingSystem {
  /// Fills an iteration of an idle instance: first the prompt that was cut off, then those that wait, in order.
  mutating func beginIteration(of index: Int) {
    if prefills[index].isBusy { return }
    var budget = configuration.prefill.maxBatchedTokens
    var work = PrefillDurations.Work(newTokens: 0, attentionPairs: 0, cachedTokens: 0, requests: 0)
    if prefills[index].partial >= 0 {
      let slot = prefills[index].partial
      prefills[index].partial = -1
      addChunk(of: slot, to: index, &budget, &work)
    }
    while budget > 0, prefills[index].queue.count > 0 {
      let head = prefills[index].queue.first
      let prompt = Int(slots[head].promptTokens)
      if prefills[index].heldTokens + prompt > configuration.prefill.keyValueTokens { break }
      _ = prefills[index].queue.removeFirst(slots)
      recorder.timeline.levels.prefillQueue -= 1
      prefills[index].heldTokens += prompt
      slots[head].scheduled = now
      work.cachedTokens += readCache(for: head, at: index)
      addChunk(of: head, to: index, &budget, &work)
    }
    if work.requests == 0 { return }
    let duration = configuration.prefill.durations.duration(of: work).picoseconds
    recorder.statistics.prefillSteps += 1
    recorder.statistics.prefillBusy += Int128(duration)
    recorder.statistics.prefillRequestsInSteps += work.requests
    recorder.statistics.computedTokens += work.newTokens
    recorder.statistics.computedPairs += work.attentionPairs
    if recorder.observers.steps != nil { tellIteration(of: index, work, duration) }
    prefills[index].isBusy = true
    recorder.timeline.levels.busyPrefills += 1
    setPrefillPower(of: index, configuration.prefill.durations.milliwatts(newTokens: work.newTokens))
    agenda.schedule(.prefillFinished(instance: Int32(index)), at: Instant(picoseconds: now + duration))
  }

  private mutating func addChunk(
    of slot: Int32, to index: Int, _ budget: inout Int, _ work: inout PrefillDurations.Work
  ) {
    let before = Int(slots[slot].cachedTokens + slots[slot].computedTokens)
    let rest = Int(slots[slot].promptTokens) - before
    let tokens = min(rest, budget)
    budget -= tokens
    work.newTokens += tokens
    work.attentionPairs += tokens * before + tokens * (tokens + 1) / 2
    work.requests += 1
    prefills[index].iteration.append(.init(slot: slot, tokens: Int32(tokens)))
    if tokens < rest { prefills[index].partial = slot }
  }

  /// Looks a request's blocks up as its prefill begins; returns the tokens read.
  private mutating func readCache(for slot: Int32, at index: Int) -> Int {
    let prompt = Int(slots[slot].promptTokens)
    recorder.statistics.scheduledPromptTokens += prompt
    recorder.timeline.current.inputTokens += prompt
    let blocks = Int(slots[slot].blockCount)
    var found = (blocks: 0, tokens: 0)
    if blocks > 0 {
      let cache = caches.count == 1 ? 0 : index
      let limit = cachedTokens(blocks: blocks, of: prompt).blocks
      let hits = slots.withBlocks(of: slot) { caches[cache].use($0, limit: limit) }
      found = cachedTokens(blocks: hits, of: prompt)
      recorder.statistics.lookedUpBlocks += blocks
      recorder.statistics.hitBlocks += hits
      recorder.statistics.cachedTokens += found.tokens
      recorder.timeline.current.cachedTokens += found.tokens
      slots[slot].cachedTokens = Int32(found.tokens)
    }
    prefills[index].outstandingTokens += prompt - found.tokens - Int(slots[slot].expectedTokens)
    return found.tokens
  }

  mutating func finishIteration(of index: Int) {
    prefills[index].isBusy = false
    recorder.timeline.levels.busyPrefills -= 1
    setPrefillPower(of: index, 0)
    changedPrefills.insert(index)
    let chunks = prefills[index].iteration
    for chunk in chunks {
      prefills[index].outstandingTokens -= Int(chunk.tokens)
      slots[chunk.slot].computedTokens += chunk.tokens
      let state = slots[chunk.slot]
      if state.cachedTokens + state.computedTokens == state.promptTokens { finishPrefill(of: chunk.slot, at: index) }
    }
    prefills[index].iteration.removeAll(keepingCapacity: true)
  }

  /// Keeps the prompt's blocks, sends the first token and hands the request on.
  private mutating func finishPrefill(of slot: Int32, at index: Int) {
    if slots[slot].blockCount > 0 {
      let cache = caches.count == 1 ? 0 : index
      let before = caches[cache].count
      slots.withBlocks(of: slot) { caches[cache].insert($0) }
      recorder.timeline.levels.prefixBlocks += caches[cache].count - before
      slots.dropBlocks(of: slot)
    }
    slots[slot].firstToken = now
    recorder.timeline.current.outputTokens += 1
    if slots[slot].outputTokens == 1 {
      releaseMemory(of: slot)
      end(slot, .completed)
    } else if blocks(of: slots[slot]) > decodeCapacityBlocks {
      releaseMemory(of: slot)
      if recorder.statistics.counts(slots[slot]) {
        recorder.statistics.misses[ServingStatistics.MissReason.failed.rawValue] += 1
      }
      end(slot, .contextTooLong)
    } else {
      awaitDecode(slot)
    }
  }

  /// A prefill instance forgets keys and values that it has handed on.
  mutating func releaseMemory(of slot: Int32) {
    let index = Int(slots[slot].prefillInstance)
    prefills[index].heldTokens -= Int(slots[slot].promptTokens)
    changedPrefills.insert(index)
  }

  /// 0 stands for idle.
  private mutating func setPrefillPower(of index: Int, _ milliwatts: Int64) {
    let idle = Int64((configuration.prefill.idlePower.value * 1000).rounded())
    let extra = milliwatts == 0 ? 0 : milliwatts - idle
    recorder.timeline.levels.milliwatts += extra - prefills[index].milliwatts
    prefills[index].milliwatts = extra
  }
}
