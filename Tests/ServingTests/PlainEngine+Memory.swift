@testable import Serving

extension PlainEngineInstance {
  func blocks(for tokens: Int) -> Int { (tokens + pool.memory.blockTokens - 1) / pool.memory.blockTokens }

  /// Units that can be found for a request that waits.
  func found(_ request: PlainServed, _ rank: PlainEngineRank) -> Int {
    let unit = pool.memory.prefixUnitTokens
    if unit == 0 { return 0 }
    return rank.memory.leading(request.units.prefix((request.target - 1) / unit))
  }

  /// Free blocks that are not those of the first units found.
  func freeBlocks(_ request: PlainServed, _ units: Int, _ rank: PlainEngineRank) -> Int {
    rank.memory.free - rank.memory.freeBlocks(request.units.prefix(units))
  }

  /// Blocks to take at admission for `tokens` tokens in all.
  func admissionNeed(_ request: PlainServed, units: Int, tokens: Int, _ rank: PlainEngineRank) -> Int {
    var all = blocks(for: tokens)
    if pool.memory.reservesOutput {
      let answer = pool.role == .prefill ? 0 : request.output + pool.speculation.draftTokens
      all = blocks(for: pool.role == .prefill ? request.target : request.prompt + answer)
    }
    return max(0, all - units * rank.memory.unitBlocks) + pool.memory.blocksPerRequest
  }

  /// Blocks beside those that a running request has, so that it has `all`.
  private func missing(_ request: PlainServed, _ all: Int, _ rank: PlainEngineRank) -> Int {
    if pool.memory.reservesOutput { return 0 }
    let has = request.blocks - pool.memory.blocksPerRequest + request.used.count * rank.memory.unitBlocks
    return max(0, all - has)
  }

  func chunkNeed(_ request: PlainServed, tokens: Int, _ rank: PlainEngineRank) -> Int {
    missing(request, blocks(for: request.computed + tokens), rank)
  }

  /// For the next decode step of one that joins or decodes.
  func stepNeed(_ request: PlainServed, _ rank: PlainEngineRank) -> Int {
    let base = request.stage == .joining ? request.produced : request.base
    let steps = request.stage == .joining ? 0 : request.steps
    let quanta =
      64 * (request.prompt + base + pool.speculation.draftTokens) + steps * Int(pool.speculation.quantaPerStep)
    let size = 64 * pool.memory.blockTokens
    return missing(request, (quanta + size - 1) / size, rank)
  }

  func decodeNeed(_ rank: PlainEngineRank) -> Int { rank.decoders.map { stepNeed($0, rank) }.reduce(0, +) }

  /// Lets a waiting request run now, with its first units found and blocks for so many tokens.
  func admit(_ request: PlainServed, units: Int, tokens: Int, _ rank: PlainEngineRank) {
    let need = admissionNeed(request, units: units, tokens: tokens, rank)
    rank.waiting.removeAll { $0 === request }
    for name in request.units.prefix(units) { rank.memory.use(name) }
    rank.memory.take(need)
    request.used = Array(request.units.prefix(units))
    request.computed = units * pool.memory.prefixUnitTokens
    request.blocks = need
    request.stage = .prefilling
    rank.running.append(request)
    if request.scheduled == nil { (request.scheduled, request.found) = (now, request.computed) }
  }

  /// Plans a chunk of a running request's prompt and takes its blocks.
  func addChunk(_ request: PlainServed, tokens: Int, _ rank: PlainEngineRank) {
    let need = chunkNeed(request, tokens: tokens, rank)
    rank.memory.take(need)
    request.blocks += need
    chunks.append(PlainChunk(request: request, rank: request.rank, tokens: tokens, before: request.computed))
    if pool.memory.namesWhenScheduled { name(request, upTo: request.computed + tokens, rank) }
  }

  /// Lets one that joins or decodes take part and takes its blocks.
  func addDecode(_ request: PlainServed, _ rank: PlainEngineRank) {
    let need = stepNeed(request, rank)
    rank.memory.take(need)
    request.blocks += need
    decodes[request.rank].append(request)
  }

  func addDecodes(_ rank: PlainEngineRank) {
    for request in rank.decoders { addDecode(request, rank) }
  }

  func name(_ request: PlainServed, upTo tokens: Int, _ rank: PlainEngineRank) {
    let unit = pool.memory.prefixUnitTokens
    while unit > 0, request.used.count < request.units.count, (request.used.count + 1) * unit <= tokens {
      let name = request.units[request.used.count]
      rank.memory.name(name)
      request.used.append(name)
      request.blocks -= rank.memory.unitBlocks
    }
  }

  func free(_ request: PlainServed, _ rank: PlainEngineRank) {
    rank.memory.giveBack(request.blocks)
    rank.memory.release(request.used)
    request.blocks = 0
    request.used = []
    rank.isFull = false
  }

  /// The caller puts it into the queue.
  func preempt(_ request: PlainServed, _ rank: PlainEngineRank) {
    free(request, rank)
    rank.running.removeAll { $0 === request }
    request.stage = .waiting
    request.target = request.prompt + request.produced
    request.computed = 0
    request.preemptions += 1
    preemptions += 1
  }
}
