/// The sums over a rank's decoding requests.
extension EngineRank {
  /// Context of a request in quanta when it has made `steps` of its decode steps.
  @inline(__always) func context(of request: EngineRequest, prompt: Int, steps: Int) -> Int64 {
    Int64(max(1, prompt + Int(request.base))) * DecodeDurations.quantaPerToken + Int64(steps) * quantaPerStep
  }

  @inline(__always) mutating func addContext(_ quanta: Int64, sign: Int64) {
    for kind in widths.indices {
      sums[kind] += sign * widths[kind].visible(quanta)
      if widths[kind].grows(quanta) { growing[kind] += Int(sign) }
    }
  }

  /// Puts a request into the sums from the step on that comes; `steps` decode steps until it has all of its tokens.
  mutating func join(_ slot: Int32, steps: Int, _ slots: inout RequestSlots) {
    let prompt = Int(slots[slot].promptTokens)
    slots.engine[Int(slot)].stage = .decoding
    slots.engine[Int(slot)].base = slots.engine[Int(slot)].produced
    slots.engine[Int(slot)].joined = decodeSteps
    slots.engine[Int(slot)].due = decodeSteps + steps
    let request = slots.engine[Int(slot)]
    addContext(context(of: request, prompt: prompt, steps: 0), sign: 1)
    decoding += 1
    if !layout.reservesOutput {
      let key = growth.key(last: firstFilled(request, prompt: prompt), steps: decodeSteps + 1)
      slots.engine[Int(slot)].key = Int32(key)
      growth.add(key, 1)
    }
    enterCalendar(slot, &slots)
  }

  /// The next step after which something changes for a request: a bend of what it sees, or its end.
  mutating func enterCalendar(_ slot: Int32, _ slots: inout RequestSlots) {
    let request = slots.engine[Int(slot)]
    let made = decodeSteps - request.joined
    var next = request.due
    if widths.count > 1 || widths[0] != .full {
      let quanta = context(of: request, prompt: Int(slots[slot].promptTokens), steps: made)
      for width in widths {
        if let bend = width.bend(from: quanta, step: quantaPerStep) { next = min(next, decodeSteps + Int(bend)) }
      }
    }
    calendar.insert(slot, at: next, &slots.engine)
  }

  /// Sets the sums right for a request whose context has passed a bend with the step that ended.
  mutating func passBend(_ slot: Int32, _ slots: RequestSlots) {
    let request = slots.engine[Int(slot)]
    let now = context(of: request, prompt: Int(slots[slot].promptTokens), steps: decodeSteps - request.joined)
    let before = now - quantaPerStep
    for kind in widths.indices {
      let width = widths[kind]
      let grew = width.grows(before)
      sums[kind] += width.visible(now) - width.visible(before) - (grew ? quantaPerStep : 0)
      growing[kind] += (width.grows(now) ? 1 : 0) - (grew ? 1 : 0)
    }
  }

  /// Takes a request out of the sums after the decode steps completed.
  mutating func leaveSums(_ slot: Int32, _ slots: RequestSlots) {
    let request = slots.engine[Int(slot)]
    addContext(
      context(of: request, prompt: Int(slots[slot].promptTokens), steps: decodeSteps - request.joined), sign: -1)
    decoding -= 1
  }

  /// What is told of the decode steps that end, before the sums move on.
  mutating func told() -> Recorder.DecodeSums {
    Recorder.DecodeSums(
      requests: decoding, context: sums[0], growth: Int64(growing[0]) * quantaPerStep, tokensPerStep: tokensPerStep,
      lastEnd: lastDecodeEnd)
  }

  /// After its last token a request may take part in one more step.
  mutating func addGhost(_ slot: Int32, _ slots: RequestSlots) {
    let request = slots.engine[Int(slot)]
    let quanta = context(of: request, prompt: Int(slots[slot].promptTokens), steps: decodeSteps - request.joined)
    ghosts += 1
    for kind in widths.indices { ghostSums[kind] += widths[kind].visible(quanta) }
  }

  mutating func dropGhosts() {
    if ghosts == 0 { return }
    ghosts = 0
    for kind in widths.indices { ghostSums[kind] = 0 }
  }

  /// Moves the sums on by decode steps in which nothing bends before the last one's end.
  mutating func advance(by steps: Int, now: Int64) {
    if steps > 1, !layout.reservesOutput { memory.take(growth.blocks(for: steps - 1, after: decodeSteps + 1)) }
    for kind in widths.indices { sums[kind] += Int64(steps) * Int64(growing[kind]) * quantaPerStep }
    decodeSteps += steps
    lastDecodeEnd = now
  }
}
