import Serving
import Simulation

extension PlainStepper {
  /// Tokens spared by the longest run of leading blocks in a cache; the last token of a prompt is always computed.
  private func spared(_ request: PlainRequest, by cache: Int) -> Int {
    guard !caches.isEmpty else { return 0 }
    let size = configuration.cache.tokensPerBlock
    var blocks = caches[cache].leading(request.hashes)
    while blocks * size >= request.prompt { blocks -= 1 }
    return blocks * size
  }

  private func cacheIndex(_ prefill: Int) -> Int { caches.count == 1 ? 0 : prefill }

  /// Tokens routed to an instance and not yet computed, as far as was known when they were routed or looked up.
  private func outstanding(_ prefill: PlainPrefill) -> Int {
    let waiting = prefill.waiting.map(\.expected).reduce(0, +)
    var running: [PlainRequest] = prefill.iteration.map(\.request)
    if let cutOff = prefill.cutOff, !running.contains(where: { $0 === cutOff }) { running.append(cutOff) }
    return waiting + running.map { $0.prompt - $0.cached - $0.computed }.reduce(0, +)
  }

  func arrive(_ request: PlainRequest) {
    request.arrival = now
    inFlight += 1
    let own = prefills.indices.map { index in
      configuration.prefill.routing == .prefixAware
        ? request.prompt - spared(request, by: cacheIndex(index)) : request.prompt
    }
    if configuration.prefill.routing == .roundRobin {
      request.prefillInstance = turn % prefills.count
      turn += 1
    } else {
      let loads = prefills.indices.map { outstanding(prefills[$0]) + own[$0] }
      request.prefillInstance = loads.firstIndex(of: loads.min() ?? 0) ?? 0
    }
    request.expected = own[request.prefillInstance]
    let prefill = prefills[request.prefillInstance]
    if request.prompt > configuration.prefill.keyValueTokens {
      end(request, .promptTooLong)
    } else if prefill.waiting.count >= configuration.prefill.queueLimit {
      end(request, .queueFull)
    } else {
      prefill.waiting.append(request)
    }
  }

  func beginIteration(_ index: Int) {
    let prefill = prefills[index]
    var budget = configuration.prefill.maxBatchedTokens
    var work = PrefillDurations.Work(newTokens: 0, attentionPairs: 0, cachedTokens: 0, requests: 0)
    func take(_ request: PlainRequest) {
      let done = request.cached + request.computed
      let tokens = min(budget, request.prompt - done)
      for token in done..<done + tokens { work.attentionPairs += token + 1 }
      work.newTokens += tokens
      work.requests += 1
      budget -= tokens
      prefill.iteration.append((request, tokens))
      prefill.cutOff = done + tokens < request.prompt ? request : nil
    }
    if let request = prefill.cutOff { take(request) }
    while budget > 0, let request = prefill.waiting.first {
      let held = prefill.holding.map(\.prompt).reduce(0, +)
      if held + request.prompt > configuration.prefill.keyValueTokens { break }
      prefill.waiting.removeFirst()
      prefill.holding.append(request)
      request.scheduled = now
      if !caches.isEmpty {
        request.cached = spared(request, by: cacheIndex(index))
        let blocks = request.cached / configuration.cache.tokensPerBlock
        caches[cacheIndex(index)].use(request.hashes.prefix(blocks))
      }
      work.cachedTokens += request.cached
      take(request)
    }
    if work.requests > 0 { prefill.end = now + configuration.prefill.durations.duration(of: work).picoseconds }
  }

  func finishIteration(_ prefill: PlainPrefill) {
    prefill.end = nil
    let iteration = prefill.iteration
    prefill.iteration = []
    for (request, tokens) in iteration {
      request.computed += tokens
      guard request.cached + request.computed == request.prompt else { continue }
      if !caches.isEmpty { caches[cacheIndex(request.prefillInstance)].use(request.hashes) }
      request.firstToken = now
      request.tokens.append(now)
      if request.output == 1 {
        forget(request)
        end(request, .completed)
      } else if blocks(request) > configuration.decode.keyValueTokensPerRank / configuration.decode.blockTokens {
        forget(request)
        end(request, .contextTooLong)
      } else {
        handOn(request)
      }
    }
  }

  func forget(_ request: PlainRequest) {
    prefills[request.prefillInstance].holding.removeAll { $0 === request }
  }
}
