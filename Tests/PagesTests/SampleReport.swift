import Reports
import Simulation
import Units

@testable import Pages
@testable import Serving

/// Reports made up for tests of their composition: figures of a plausible run, no simulation behind them.
enum SampleReport {
  static let context = ReportContext(
    title: "DeepSeek-R1 on CloudMatrix 384",
    system:
      "6 prefill instances of 16 NPUs (EP32) and one decode instance of 160 NPUs (EP320), 256 of 384 NPUs, INT8",
    scenario:
      "name: DeepSeek-R1 on CloudMatrix 384\nworkload:\n  trace: mooncake-conversation\n  rateScale: 4\nseed: 1\n",
    sources: [
      .init(
        what: "NPU memory bandwidth", value: "3.2 TB/s per package",
        source: "CloudMatrix-Infer, table 1 (arXiv 2506.12708)"),
      .init(what: "Electricity", value: "0.08 USD/kWh", source: "scenario"),
      .init(what: "Trace", value: "12,031 requests, 59 min", source: "Mooncake conversation trace, FAST'25 release"),
    ], commandLine: "supernode simulate Examples/cloudmatrix384-deepseek-r1.yaml --report report.html")

  static var dayTime: ServingReport {
    ServingReport(
      requests: .init(
        offered: 12_000, completed: 11_990, failed: 2, rejected: 8, promptTokens: 144_000_000, outputTokens: 4_112_570,
        reasons: [
          .init(reason: "the prefill queue was full", requests: 8),
          .init(reason: "prompt and output exceed a decode rank's memory", requests: 2),
        ]),
      refusals: [
        .init(
          reason: .contextTooLong, requests: 2, pool: "decode", promptTokens: 120_000, outputTokens: 9_000,
          needed: Bytes(9.1e9), available: Bytes(8.4e9), lack: .memory)
      ],
      timeToFirstToken: summary(mean: 1.31, p50: 0.94, p90: 2.9, p99: 6.4, max: 14, least: 0.08, spread: 0.75),
      timePerOutputToken: summary(
        mean: 0.0321, p50: 0.0318, p90: 0.0371, p99: 0.0424, max: 0.056, least: 0.021, spread: 0.13),
      interTokenLatency: summary(
        mean: 0.0546, p50: 0.054, p90: 0.0611, p99: 0.0693, max: 0.09, least: 0.034, spread: 0.12),
      endToEnd: summary(mean: 12.9, p50: 10.4, p90: 26.1, p99: 49, max: 88, least: 0.2, spread: 0.8),
      throughput: .init(
        requests: 13.4, inputTokens: 160_900, outputTokens: 4_595, outputTokensPerChip: 17.9, duration: Seconds(895)),
      goodput: .init(
        requests: 12.9, fraction: 0.962, wanted: 0.99, spare: -0.28,
        objectives: [
          .init(name: "timeToFirstToken", limit: Seconds(5), fraction: 0.9625),
          .init(name: "timePerOutputToken", limit: Seconds(0.05), fraction: 0.998),
        ],
        misses: [
          .init(reason: "waiting for prefill", requests: 391), .init(reason: "prefill itself", requests: 42),
          .init(reason: "decode step time", requests: 13), .init(reason: "rejected", requests: 8),
          .init(reason: "failed", requests: 2),
        ]),
      cache: .init(
        hitRate: 0.364, lookedUpBlocks: 281_000, hitBlocks: 101_900, insertedBlocks: 179_000, evictedBlocks: 0,
        residentBlocks: 179_000, capacityBlocks: 1_376_000, bytesRead: Bytes(3.68e12), bytesWritten: Bytes(6.44e12),
        capacity: Bytes(4.95e13)),
      phases: .init(
        prefillQueue: Seconds(0.62), prefill: Seconds(0.69), decodeQueue: Seconds(0.001), transfer: Seconds(0.06),
        decode: Seconds(11.5)),
      pools: [
        .init(
          name: "prefill", role: .prefill, instances: 6, chips: 96, utilisation: 0.83, steps: 8_140,
          meanStep: Seconds(0.547), meanBatch: 1.47,
          meanBatchPerRank: 1.47, meanTokensPerStep: 11_250, batchLimit: .stepTokens(262_144),
          preemptions: 0, ranks: 1, queueLimit: 100),
        .init(
          name: "decode", role: .decode, instances: 1, chips: 160, utilisation: 0.999, steps: 16_580,
          meanStep: Seconds(0.0539), meanBatch: 151,
          meanBatchPerRank: 0.47, meanTokensPerStep: 257, batchLimit: .requests(128),
          preemptions: 0, ranks: 320, queueLimit: nil),
      ],
      balance: .init(
        verdict: .prefillBound, busy: 0.83, requestsPerRank: 0.47, mostRequestsPerRank: 64, filled: 0.01),
      energy: .init(
        joules: Joules(1.6e8), joulesPerOutputToken: Joules(38.9), meanPower: Watts(178_770), peakPower: Watts(241_000),
        assumptions: [
          "Nodes, switches and cooling included: power usage effectiveness 1.2.",
          "A chip draws 35% of its power when idle and rises linearly with the share of time it computes.",
        ]),
      cost: .init(
        perMillionOutputTokens: Dollars(3.42), perMillionTokens: Dollars(0.095), hardwareShare: 0.931,
        electricityShare: 0.069, perChipHour: Dollars(1.4), yuanPerDollar: nil,
        assumptions: ["Hardware: 8.2 MUSD over 4 years, straight line.", "Electricity at 0.08 USD/kWh."]),
      decodeStep: decodeStep, prefillStep: prefillStep, timeline: timeline,
      validity: validity,
      notes: [.spreadArrivals, .rateScaled(4)],
      run: .init(
        version: "0.1.0", seed: 1, inputHash: "9f2c61d07be41a55", wallSeconds: 0.11, requestsPerWallSecond: 109_000,
        peakMemoryBytes: 61_000_000))
  }

  static let validity: Validity = {
    let group = ComparedRuns.Group(engine: "CloudMatrix-Infer", chip: "Ascend 910C", dense: false, apart: true)
    return Validity(
      grade: .outsideRange, group: group,
      nearest: .init(
        group: group, model: "DeepSeek-R1", runs: 5, timePerOutputToken: 0.035, prefillThroughput: 0.073, modelRuns: 5),
      outside: [
        .init(name: .requestsPerChip, value: 0.9, low: 8, high: 128),
        .init(name: .contextTokens, value: 13_379, low: 1024, high: 4352),
      ])
  }()

  static var empty: ServingReport {
    var report = dayTime
    report.refusals = []
    let none = ServingReport.Summary(mean: .zero, p50: .zero, p90: .zero, p99: .zero, max: .zero, histogram: [])
    report.requests = .init(
      offered: 0, completed: 0, failed: 0, rejected: 0, promptTokens: 0, outputTokens: 0, reasons: [])
    (report.timeToFirstToken, report.timePerOutputToken) = (none, none)
    (report.interTokenLatency, report.endToEnd) = (none, none)
    report.goodput = .init(requests: 0, fraction: 0, wanted: 0.99, spare: nil, objectives: [], misses: [])
    report.phases = .init(prefillQueue: .zero, prefill: .zero, decodeQueue: .zero, transfer: .zero, decode: .zero)
    report.timeline = .init(
      interval: Seconds(0.1), arrivals: [], completions: [], prefillQueue: [], decodeQueue: [], decodeBatch: [],
      outputTokensPerSecond: [], inputTokensPerSecond: [], cacheHitRate: [], prefillUtilisation: [], decodeStep: [],
      power: [], prefillQueueMost: [], decodeQueueMost: [], decodeBatchMost: [], memoryFilled: [],
      memoryFilledMost: [], prefixCacheFilled: nil)
    return report
  }

  /// A bell over the logarithm around the median, of the width given, cut at the extremes.
  private static func summary(
    mean: Double, p50: Double, p90: Double, p99: Double, max: Double, least: Double, spread: Double
  ) -> ServingReport.Summary {
    let bins = 60
    let (low, high) = (logarithm(least), logarithm(max))
    let width = (high - low) / Double(bins)
    let histogram = (0..<bins).map { index -> ServingReport.Summary.Bin in
      let from = low + width * Double(index)
      let distance = (from + width / 2 - logarithm(p50)) / spread
      let wave = 1 + 0.12 * Double((index * 7919) % 13 - 6) / 6
      return .init(
        from: Seconds(exponential(from)), to: Seconds(exponential(from + width)),
        count: Int(4_800 * width / spread * exponential(-distance * distance / 2) * wave))
    }
    return .init(
      mean: Seconds(mean), p50: Seconds(p50), p90: Seconds(p90), p99: Seconds(p99), max: Seconds(max),
      histogram: histogram)
  }

  private static func step(
    _ total: Double, _ conditions: String, _ boundBy: String, _ parts: [(String, Double, String)]
  ) -> ServingReport.StepBreakdown {
    .init(
      step: Seconds(total), conditions: conditions, boundBy: boundBy,
      parts: parts.map { .init(name: $0.0, time: Seconds($0.1 * total), share: $0.1, boundBy: $0.2) })
  }

  private static let decodeStep = step(
    0.0539, "batch 48 per die, context 4,310 tokens", "memory bandwidth in attention and waiting for the slowest rank",
    [
      ("latent attention", 0.31, "memory"), ("routed experts", 0.17, "memory"), ("dispatch", 0.12, "network"),
      ("combine", 0.11, "network"), ("waiting for the slowest rank", 0.09, "wait"),
      ("attention projections", 0.08, "compute"),
      ("vector work per token", 0.06, "vector"), ("shared expert and dense layers", 0.03, "memory"),
      ("launch gaps", 0.02, "latency"), ("output head", 0.01, "memory"),
    ])

  private static let prefillStep = step(
    0.547, "11,250 new tokens, 6,200 cached", "compute in attention",
    [
      ("attention", 0.36, "compute"), ("routed experts", 0.27, "compute"), ("projections", 0.17, "compute"),
      ("dispatch and combine", 0.14, "network"), ("norms and routing", 0.06, "vector"),
    ])

  private static var timeline: ServingReport.Timeline {
    var stream = Seed(1).stream("sample")
    func series(_ level: Double, noise: Double, swing: Double) -> [Double] {
      (0..<280).map { index in
        let phase = Double(index) / 280
        let hill = phase * (1 - phase) * 4 - 0.5
        let shake = stream.uniform() - 0.5
        return Swift.max(0, level * (1 + swing * hill) * (1 + noise * shake))
      }
    }
    let ramp = (0..<280).map { (index: Int) -> Double in
      let filled = 1 - exponential(-Double(index) / 30)
      return 0.364 * filled + 0.004 * Double((index * 31) % 7)
    }
    return .init(
      interval: Seconds(3.2), arrivals: series(13.4, noise: 0.9, swing: 0.5),
      completions: series(13.3, noise: 0.4, swing: 0.5),
      prefillQueue: series(8, noise: 1.6, swing: 1.4), decodeQueue: series(0.02, noise: 2, swing: 0),
      decodeBatch: series(151, noise: 0.15, swing: 0.6), outputTokensPerSecond: series(4_595, noise: 0.2, swing: 0.6),
      inputTokensPerSecond: series(160_900, noise: 1, swing: 0.5), cacheHitRate: ramp,
      prefillUtilisation: series(0.76, noise: 0.2, swing: 0.3), decodeStep: series(0.0539, noise: 0.06, swing: 0.15),
      power: series(178_770, noise: 0.1, swing: 0.25), prefillQueueMost: series(18, noise: 1.2, swing: 1.4),
      decodeQueueMost: series(0.02, noise: 2, swing: 0), decodeBatchMost: series(163, noise: 0.15, swing: 0.6),
      memoryFilled: series(0.31, noise: 0.1, swing: 0.5), memoryFilledMost: series(0.36, noise: 0.1, swing: 0.5),
      prefixCacheFilled: ramp)
  }
}
