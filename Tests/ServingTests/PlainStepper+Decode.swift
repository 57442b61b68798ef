import Serving
import Simulation

extension PlainStepper {
  func blocks(_ request: PlainRequest) -> Int {
    let size = configuration.decode.blockTokens
    return (request.prompt + request.output) / size + ((request.prompt + request.output) % size > 0 ? 1 : 0)
  }

  /// Expected context of a request, in quanta.
  private func quanta(_ request: PlainRequest) -> Int64 {
    64 * Int64(request.prompt + 1) + Int64(request.stepsTaken) * configuration.decode.speculation.quantaPerStep
  }

  func handOn(_ request: PlainRequest) {
    let loads = decodes.map { $0.waiting.count + $0.reserved.map(\.count).reduce(0, +) }
    request.decodeInstance = loads.firstIndex(of: loads.min() ?? 0) ?? 0
    decodes[request.decodeInstance].waiting.append(request)
  }

  func assign(_ decode: PlainDecode) {
    while let request = decode.waiting.first {
      var best = 0
      for rank in decode.reserved.indices {
        let (left, right) = (decode.reserved[rank], decode.reserved[best])
        let (leftBlocks, rightBlocks) = (left.map(blocks).reduce(0, +), right.map(blocks).reduce(0, +))
        if (left.count, leftBlocks, rank) < (right.count, rightBlocks, best) { best = rank }
      }
      guard admits(request, decode.reserved[best]) else { return }
      decode.waiting.removeFirst()
      decode.reserved[best].append(request)
      request.rank = best
      request.assigned = now
      transfer(request, to: decode)
    }
  }

  private func admits(_ request: PlainRequest, _ others: [PlainRequest]) -> Bool {
    let decode = configuration.decode
    if others.count >= decode.maxRequestsPerRank { return false }
    let blocks = (others + [request]).map(blocks).reduce(0, +)
    if blocks > decode.keyValueTokensPerRank / decode.blockTokens { return false }
    guard decode.isObjectiveAware, let limit = configuration.objectives.timePerOutputToken, !others.isEmpty else {
      return true
    }
    let step = decode.durations.duration(
      requests: others.count + 1, quanta: (others + [request]).map(quanta).reduce(0, +))
    return step.picoseconds <= limit.picoseconds * decode.speculation.tokensPerStepFixed / 65536
  }

  private func transfer(_ request: PlainRequest, to decode: PlainDecode) {
    let link = configuration.transfer
    let prefill = prefills[request.prefillInstance]
    let chip = request.rank * decode.linkFree.count / decode.reserved.count
    let begin = max(now, prefill.linkFree)
    prefill.linkFree = begin + Int64(request.prompt) * link.egressPerToken.picoseconds
    decode.linkFree[chip] =
      max(begin, decode.linkFree[chip]) + Int64(request.prompt) * link.ingressPerToken.picoseconds
    let last = max(prefill.linkFree, decode.linkFree[chip])
    transfers.append((request, max(now + 1, last + link.latency.picoseconds)))
  }

  func finishTransfer(_ request: PlainRequest) {
    transferredTokens += request.prompt
    forget(request)
    request.transferred = now
    decodes[request.decodeInstance].arrived.append(request)
  }

  func beginStep(_ decode: PlainDecode) {
    for request in decode.arrived where configuration.decode.speculation.draftTokens > 0 {
      if configuration.decode.speculation.mode == .phase {
        request.progress = Speculation.phase(of: request.number, draws)
      }
    }
    decode.stepping += decode.arrived
    decode.arrived = []
    if decode.stepping.isEmpty { return }
    var longest: Int64 = 0
    for rank in decode.reserved.indices {
      let requests = decode.stepping.filter { $0.rank == rank }
      let quanta = requests.map(quanta).reduce(0, +)
      longest = max(
        longest, configuration.decode.durations.duration(requests: requests.count, quanta: quanta).picoseconds)
    }
    decode.end = now + longest
    decodeSteps += 1
  }

  func finishStep(_ decode: PlainDecode) {
    decode.end = nil
    let speculation = configuration.decode.speculation
    for request in decode.stepping {
      var sent = 0
      switch speculation.mode {
      case .phase:
        sent = Int((request.progress + speculation.tokensPerStepFixed) >> 16 - request.progress >> 16)
        request.progress += speculation.tokensPerStepFixed
      case .perStep:
        sent = speculation.tokens(of: request.number, step: request.stepsTaken, draws)
      }
      request.stepsTaken += 1
      for _ in 0..<sent where request.tokens.count < request.output { request.tokens.append(now) }
      if request.tokens.count == request.output {
        decode.reserved[request.rank].removeAll { $0 === request }
        end(request, .completed)
      }
    }
    decode.stepping.removeAll { $0.tokens.count == $0.output }
  }
}
