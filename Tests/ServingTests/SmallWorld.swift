import Serving
import Simulation
import Units
import Workloads

/// A system and a trace, small and odd, drawn from a seed.
struct SmallWorld {
  let configuration: ServingConfiguration
  let requests: [PlainRequest]
  var source: ListSource {
    ListSource(requests: requests.map { ListSource.Request($0) }, tokensPerBlock: configuration.cache.tokensPerBlock)
  }

  init(seed: UInt64) throws {
    var draw = Draw(stream: Seed(seed).stream("world"))
    // One tick is all that time is made of in half of the worlds, so that events often coincide.
    let tick = draw.among([1e-12, 1e-9, 1e-6, 1e-3, 5e-3])
    let block = draw.among([1, 4, 16])
    let objectives = ServingConfiguration.Objectives(
      timeToFirstToken: draw.chance() ? Span(Seconds(tick * Double(draw.between(1, 400)))) : nil,
      timePerOutputToken: draw.chance() ? Span(Seconds(tick * Double(draw.between(1, 60)))) : nil,
      endToEnd: draw.chance() ? Span(Seconds(tick * Double(draw.between(1, 2000)))) : nil)
    let longest = draw.among([8, 40, 200])
    configuration = try ServingConfiguration(
      prefill: Self.prefill(&draw, tick, longest: longest), decode: Self.decode(&draw, tick, longest: longest),
      transfer: Self.transfer(&draw, tick), cache: Self.cache(&draw, block: block), objectives: objectives,
      maxConcurrency: draw.chance() ? draw.between(1, 20) : nil, seed: Seed(seed))
    requests = Self.requests(&draw, tick, block: block, longest: longest)
  }

  private static func prefill(_ draw: inout Draw, _ tick: Double, longest: Int) -> ServingConfiguration.Prefill {
    let (start, token, pair, read) = (draw.between(0, 20), draw.between(0, 3), draw.between(0, 1), draw.between(0, 1))
    return ServingConfiguration.Prefill(
      instances: draw.between(1, 4), chipsPerInstance: 1, maxBatchedTokens: draw.between(1, 2 * longest),
      queueLimit: draw.chance() ? draw.between(1, 8) : .max,
      keyValueTokens: draw.between(longest / 2, 4 * longest),
      routing: draw.among([.leastLoaded, .prefixAware, .roundRobin]),
      durations: PrefillDurations(maxNewTokens: 2 * longest, typicalContext: 64, samples: draw.between(1, 8)) { work in
        let ticks = start + token * work.newTokens + pair * work.attentionPairs / 8 + read * work.cachedTokens / 4
        return Seconds(tick * Double(ticks + work.requests))
      })
  }

  private static func decode(_ draw: inout Draw, _ tick: Double, longest: Int) -> ServingConfiguration.Decode {
    let (start, request, context) = (draw.between(1, 20), draw.between(0, 5), draw.between(0, 3))
    let bend = draw.between(1, 8 * longest)
    // In some worlds a step grows shorter past a length of context, so that one refused may be admitted later.
    let drop = draw.between(0, 3) == 0 ? draw.between(1, 30) : 0
    let limit = draw.between(1, 6)
    let speculation = Speculation(
      draftTokens: draw.between(0, 3), acceptance: Double(draw.between(0, 10)) / 10,
      mode: draw.among([.phase, .perStep]))
    let ranks = draw.between(1, 6)
    return ServingConfiguration.Decode(
      instances: draw.between(1, 3), chipsPerInstance: draw.between(1, ranks), ranksPerInstance: ranks,
      maxRequestsPerRank: limit, keyValueTokensPerRank: draw.between(longest, 6 * longest),
      blockTokens: draw.among([1, 8, 16]), speculation: speculation, isObjectiveAware: draw.chance(),
      durations: DecodeDurations(
        requestLimit: limit, contextLimit: 6 * longest, segmentCount: draw.between(1, 16),
        requestStride: draw.between(1, 3)
      ) { requests, tokens in
        let ticks = Double(start + request * requests) + Double(context * tokens + max(0, tokens - bend)) / 16
        return Seconds(tick * max(1, ticks - (tokens > bend / 4 ? Double(drop) : 0)))
      })
  }

  private static func transfer(_ draw: inout Draw, _ tick: Double) -> ServingConfiguration.Transfer {
    func bandwidth() -> BytesPerSecond { BytesPerSecond(draw.among([0.5, 1, 4, 1e9]) / tick) }
    return ServingConfiguration.Transfer(
      bytesPerToken: 1, latency: Seconds(tick * Double(draw.between(0, 5))), egress: bandwidth(), ingress: bandwidth())
  }

  private static func cache(_ draw: inout Draw, block: Int) -> ServingConfiguration.Cache {
    ServingConfiguration.Cache(
      scope: draw.among([.none, .instance, .shared]), capacityBlocks: draw.among([1, 3, 10, 50, 1000]),
      tokensPerBlock: block,
      bytesPerToken: 1)
  }

  private static func requests(_ draw: inout Draw, _ tick: Double, block: Int, longest: Int) -> [PlainRequest] {
    let gap = draw.among([0, 1, 10, 60, 400])
    let families = draw.between(1, 6)
    let mostOutput = draw.among([2, 12, 60])
    let isCoarse = draw.chance()
    var arrival = Int64(draw.between(0, 3)) * Span(Seconds(tick)).picoseconds
    return (0..<draw.between(1, 60)).map { number in
      let ticks = Double(draw.between(0, 2 * gap)) * (isCoarse ? 1 : 0.73)
      arrival += Span(Seconds(tick * ticks)).picoseconds
      let prompt = draw.between(1, longest)
      let family = UInt64(draw.between(1, families)) << 32
      let shared = draw.between(0, prompt / block + 1)
      let hashes = (0..<(prompt + block - 1) / block).map { place in
        place < shared ? family + UInt64(place) : UInt64(number + 1000) << 32 + UInt64(place)
      }
      return PlainRequest(
        number: number, arrival: arrival, prompt: prompt, output: draw.between(1, mostOutput), hashes: hashes)
    }
  }
}

struct Draw {
  var stream: RandomStream
  mutating func between(_ low: Int, _ high: Int) -> Int { Int.random(in: low...max(low, high), using: &stream) }
  mutating func among<T>(_ list: [T]) -> T { list[between(0, list.count - 1)] }
  mutating func chance() -> Bool { between(0, 1) == 1 }
}

/// Requests out of an array, seven at a time.
struct ListSource: RequestSource {
  struct Request {
    var arrival: Int64
    var prompt: Int
    var output: Int
    var hashes: [UInt64]
    init(arrival: Int64, prompt: Int, output: Int, hashes: [UInt64] = []) {
      self.arrival = arrival
      self.prompt = prompt
      self.output = output
      self.hashes = hashes
    }
    init(_ request: PlainRequest) {
      self.init(arrival: request.arrival, prompt: request.prompt, output: request.output, hashes: request.hashes)
    }
  }
  var requests: [Request]
  var tokensPerBlock: Int
  var priorities: [Int32] = []
  private var position = 0

  init(requests: [Request], tokensPerBlock: Int = 0) {
    self.requests = requests
    self.tokensPerBlock = tokensPerBlock
  }

  mutating func read(into batch: inout RequestBatch) -> Bool {
    batch.removeAll()
    for request in requests[position..<min(position + 7, requests.count)] {
      batch.arrivals.append(Instant(picoseconds: request.arrival))
      batch.promptTokens.append(Int32(request.prompt))
      batch.outputTokens.append(Int32(request.output))
      batch.blockHashes += request.hashes
      batch.blockEnds.append(Int32(batch.blockHashes.count))
    }
    if !priorities.isEmpty { batch.priorities += priorities[position..<position + batch.count] }
    position += batch.count
    return batch.count > 0
  }
}
