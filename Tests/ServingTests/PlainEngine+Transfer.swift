@testable import Serving

extension PlainEngine {
  /// From a pool for prefill to the queue of an instance that decodes.
  func handOver(_ request: PlainServed, _ index: Int) {
    let rank = instances[index].ranks[request.rank]
    rank.running.removeAll { $0 === request }
    rank.isFull = false
    instances[index].outstanding.removeAll { $0 === request }
    request.source = (index, request.rank, request.blocks, request.used)
    request.blocks = 0
    request.used = []
    request.stage = .handedOver
    request.target = request.prompt
    let target = least(decoders) { $0.outstanding.count }
    request.instance = target
    request.decoder = target
    instances[target].outstanding.append(request)
    instances[target].incoming.append(request)
    instances[target].hasNews = true
  }

  func admitReceived(_ index: Int) {
    let instance = instances[index]
    let ready = instance.received
    instance.received = []
    for request in ready {
      request.stage = .joining
      if instance.pool.firstToken != .received { continue }
      request.produced += 1
      send(request)
    }
    while let request = instance.incoming.first {
      let number = chooseRank(instance)
      let rank = instance.ranks[number]
      let need = instance.admissionNeed(request, units: 0, tokens: request.prompt, rank)
      let kept = instance.blocks(for: instance.pool.keptTokens) * rank.running.count
      if rank.seats >= instance.pool.limits.maxRequests || need + kept > rank.memory.free { return }
      instance.turn += 1
      instance.incoming.removeFirst()
      rank.memory.take(need)
      request.blocks = need
      request.rank = number
      request.stage = .receiving
      rank.running.append(request)
      beginTransfer(request, instance)
    }
  }

  private func beginTransfer(_ request: PlainServed, _ instance: PlainEngineInstance) {
    let source = instances[request.source.instance]
    let link = configuration.transfer
    let tokens = Int64(request.prompt)
    let departure = max(now, source.egressFree)
    source.egressFree = departure + tokens * link.egressPerToken.picoseconds
    instance.ingressFree = max(departure, instance.ingressFree) + tokens * link.ingressPerToken.picoseconds
    let last = max(source.egressFree, instance.ingressFree)
    transfers.append((request, max(now + 1, last + link.latency.picoseconds)))
  }

  func finishTransfer(_ request: PlainServed) {
    let source = instances[request.source.instance]
    let rank = source.ranks[request.source.rank]
    rank.memory.giveBack(request.source.blocks)
    rank.memory.release(request.source.used)
    rank.isFull = false
    source.hasNews = true
    let instance = instances[request.instance]
    instance.hasNews = true
    if instance.pool.firstToken == .received, request.output == 1 {
      request.produced = 1
      send(request)
      leave(request, instance, instance.ranks[request.rank])
    } else {
      instance.received.append(request)
    }
  }
}
