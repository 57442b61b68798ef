import Hardware
import Simulation
import Units
import Workloads

@testable import Serving

/// Pools of engines and a trace, small, odd and tight, drawn from a seed.
struct RandomEngineWorld {
  enum Kind: String, CaseIterable { case vLLM, sgLang, tensorRT, mindIE, ascend, disaggregated }

  var configuration: ServingConfiguration
  let requests: [PlainServed]

  var source: ListSource {
    var source = ListSource(
      requests: requests.map {
        ListSource.Request(arrival: $0.arrival, prompt: $0.prompt, output: $0.output, hashes: $0.hashes)
      }, tokensPerBlock: configuration.tracesBlockTokens)
    source.priorities = requests.map(\.priority)
    return source
  }

  /// What all pools of a world have in common.
  struct Scale {
    /// In half of the worlds all that time is made of, so that events often coincide.
    var tick: Double
    var longest: Int
    var mostOutput: Int
    /// Tokens in a hashed block of the trace, and in a prefix unit; 0 where no prefixes are kept.
    var hashed: Int
    var unit: Int
  }

  init(_ kind: Kind, seed: UInt64) throws {
    var draw = Draw(stream: Seed(seed).stream("engine world \(kind.rawValue)"))
    let hashed = draw.chance() ? draw.among([1, 4, 8]) : 0
    let scale = Scale(
      tick: draw.among([1e-12, 1e-9, 1e-6, 1e-3, 5e-3]), longest: draw.among([6, 20, 60, 150]),
      mostOutput: draw.among([2, 8, 8, 25, 25, 100]), hashed: hashed, unit: max(1, hashed) * draw.among([1, 1, 2, 3]))
    var pools: [EnginePool] = []
    if kind == .disaggregated {
      // vLLM more often: it alone has priorities.
      let others = Kind.allCases.filter { $0 != .disaggregated } + [.vLLM, .vLLM]
      let kinds = (draw.among(others), draw.among(others))
      for _ in 0..<draw.between(1, 2) { pools.append(Self.pool(&draw, kinds.0, .prefill, scale)) }
      var decode = Self.pool(&draw, kinds.1, .decode, scale)
      decode.firstToken = draw.among(Engine.FirstToken.allCases)
      decode.keptTokens = draw.among([0, 0, 1, 10])
      pools.append(decode)
    } else {
      for _ in 0..<draw.among([1, 1, 2]) { pools.append(Self.pool(&draw, kind, .colocated, scale)) }
    }
    func bandwidth() -> BytesPerSecond { BytesPerSecond(draw.among([0.5, 1, 4, 1e9]) / scale.tick) }
    let latency = Seconds(scale.tick * Double(draw.between(0, 5)))
    configuration = try ServingConfiguration(
      engines: pools,
      transfer: ServingConfiguration.Transfer(
        bytesPerToken: 1, latency: latency, egress: bandwidth(), ingress: bandwidth()),
      tokensPerBlock: scale.hashed, maxConcurrency: draw.among([nil, nil, draw.between(1, 12)]), seed: Seed(seed))
    requests = Self.requests(&draw, scale)
  }

  // MARK: Pools

  private static func pool(
    _ draw: inout Draw, _ kind: Kind, _ role: EnginePool.Role, _ scale: Scale
  ) -> EnginePool {
    let drafts = draw.among([0, 0, 0, 1, 3])
    let mode = draw.among([Speculation.Mode.phase, .perStep])
    let chances = (0..<2).map { _ in Double(draw.between(0, 10)) / 10 }
    let speculation =
      draw.chance()
      ? Speculation(draftTokens: drafts, acceptance: chances, mode: mode)
      : Speculation(draftTokens: drafts, acceptance: chances[0], mode: mode)
    let seats = draw.between(1, 6)
    let block = draw.among(scale.hashed == 0 ? [1, 2, 4, 16] : [1, 2, 4, 16].filter { scale.unit % $0 == 0 })
    let limits = EngineLimits(
      maxRequests: seats,
      maxBatchedTokens: max(seats * (1 + speculation.draftTokens), block, draw.between(1, 2 * scale.longest)),
      lag: draw.between(0, 1), hasSurplusStep: draw.chance(), receiveInterval: draw.among([1, 1, 2, 7]))
    let whole = scale.longest + scale.mostOutput
    let unit = scale.hashed == 0 || draw.between(0, 3) == 0 ? 0 : scale.unit
    let memory = EngineMemory(
      blockTokens: block, blocks: draw.between(max(1, whole / 2 / block), 3 * whole / block + 3),
      blocksPerRequest: draw.among([0, 0, 0, 1, 2]), reservesOutput: draw.between(0, 3) == 0, prefixUnitTokens: unit,
      namesWhenScheduled: draw.chance())
    let contexts = Self.contexts(&draw, scale)
    let ranks = draw.among([1, 1, 2, 3])
    var pool = EnginePool(
      role: role, instances: draw.among([1, 1, 2]), ranks: ranks,
      routing: draw.among([.leastRequests, .roundRobin, .leastTokens]),
      scheduler: scheduler(&draw, kind, scale, block: block), limits: limits, memory: memory, speculation: speculation,
      contexts: contexts, durations: durations(&draw, scale, ranks: ranks, seats: seats, kinds: contexts.count))
    if draw.chance() {
      pool.frontEnd = FrontEnd(
        constant: Span(Seconds(scale.tick * Double(draw.between(0, 9)))),
        perPromptToken: Span(Seconds(scale.tick * Double(draw.between(0, 1)))))
    }
    return pool
  }

  private static func contexts(_ draw: inout Draw, _ scale: Scale) -> [ContextWidth] {
    let width = draw.between(1, scale.longest)
    return draw.among([
      [.full], [.full], [.window(width)], [.full, .window(width)], [.chunk(width)],
      [.full, .chunk(width), .window(draw.between(1, 10))],
    ])
  }

  private static func scheduler(_ draw: inout Draw, _ kind: Kind, _ scale: Scale, block: Int) -> EngineScheduler {
    switch kind {
    case .vLLM, .disaggregated:
      .vLLM(
        VLLMScheduler(
          order: draw.among([.firstCome, .priority]), isChunked: draw.between(0, 3) > 0,
          chunkLimit: draw.among([nil, nil, draw.between(1, scale.longest)]), reservesWholePrompt: draw.chance(),
          watermarkBlocks: draw.among([0, 0, 1, 3])))
    case .sgLang:
      .sgLang(
        SGLangScheduler(
          policy: draw.among([.firstComeFirstServed, .longestPrefix]),
          chunkedPrefillSize: draw.among([nil, draw.between(block, block + scale.longest)]),
          maxPrefillTokens: draw.between(1, 2 * scale.longest), mixesDecode: draw.chance(),
          conservativeness: draw.among([0.1, 0.3, 1, 2])))
    case .tensorRT:
      .tensorRT(
        TensorRTScheduler(
          isChunked: draw.chance(), waitSteps: draw.among([0, 0, 1, 5]), waitShare: draw.among([0, 0.5, 1, 3]),
          balance: draw.chance()
            ? TensorRTScheduler.Balance(timeoutSteps: draw.between(0, 8), batchingSteps: draw.between(0, 4)) : nil))
    case .mindIE:
      .mindIE(
        MindIEScheduler(
          maxPrefillBatch: draw.among([1, 2, 50]), maxPrefillTokens: draw.between(1, 3 * scale.longest),
          queueDelay: Span(Seconds(scale.tick * Double(draw.among([0, 1, 20, 200])))).picoseconds,
          freeShare: draw.among([0, 0.05, 0.3])))
    case .ascend: .ascend(AscendScheduler(freeShare: draw.among([0, 0.01, 0.3])))
    }
  }

  private static func durations(
    _ draw: inout Draw, _ scale: Scale, ranks: Int, seats: Int, kinds: Int
  ) -> EngineDurations {
    let tick = scale.tick
    // In one of four worlds every step takes as long.
    let isFlat = draw.between(0, 3) == 0
    func number(_ low: Int, _ high: Int) -> Double { isFlat ? 0 : Double(draw.between(low, high)) }
    let (start, request, token, total) = (Double(draw.between(1, 20)), number(0, 4), number(0, 3), number(0, 1))
    let (head, host) = (number(0, 3), number(0, 2))
    let core = (0..<kinds).map { _ in number(0, 3) }
    let chunk = (0..<kinds).map { _ in (start: number(0, 4), pairs: number(0, 2) / 8, reads: number(0, 2) / 4) }
    let bend = Double(draw.between(1, 4 * scale.longest))
    return EngineDurations(
      kinds: kinds, ranks: ranks, requestLimit: seats + draw.between(0, 2),
      tokenLimit: draw.among([4096, 4096, max(1, scale.longest / 2)]),
      contextLimit: draw.between(1, 8 * scale.longest), segmentCount: draw.between(1, 16), sampling: 4,
      EngineDurations.Model(
        decode: { Seconds(tick * (start + request * Double($0))) },
        shared: { Seconds(tick * (start + token * Double($0) + total * Double($1) / 2)) },
        head: { Seconds(tick * head * Double($0)) }, host: { Seconds(tick * host * Double($0)) },
        core: { kind, requests, context in
          let beyond = max(0, Double(context) - bend)
          return Seconds(tick * core[kind] * (Double(requests) + (Double(context) + beyond) / 16))
        },
        chunk: { kind, new, cached in
          let pairs = Double(new * cached) + Double(new * (new + 1)) / 2
          let cost = chunk[kind]
          return Seconds(tick * (cost.start + max(cost.pairs * pairs, cost.reads * Double(new + cached))))
        }))
  }

  // MARK: Requests

  private static func requests(_ draw: inout Draw, _ scale: Scale) -> [PlainServed] {
    let gap = draw.among([0, 1, 10, 60, 400])
    let families = draw.between(1, 4)
    let hasPriorities = draw.chance()
    let isCoarse = draw.chance()
    var arrival = Int64(draw.between(0, 3)) * Span(Seconds(scale.tick)).picoseconds
    return (0..<draw.between(1, 30)).map { number in
      let ticks = Double(draw.between(0, 2 * gap)) * (isCoarse ? 1 : 0.73)
      arrival += Span(Seconds(scale.tick * ticks)).picoseconds
      let prompt = draw.between(1, scale.longest)
      let family = UInt64(draw.between(1, families)) << 32
      let blocks = scale.hashed == 0 ? 0 : (prompt + scale.hashed - 1) / scale.hashed
      let shared = draw.between(0, blocks + 1)
      let hashes = (0..<blocks).map { place in
        place < shared ? family + UInt64(place) : UInt64(number + 1000) << 32 + UInt64(place)
      }
      return PlainServed(
        number: number, arrival: arrival, prompt: prompt, output: draw.between(1, scale.mostOutput),
        priority: hasPriorities ? Int32(draw.between(0, 3)) : 0, hashes: hashes)
    }
  }
}
