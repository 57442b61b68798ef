import Costs
import Hardware
import Models
import Serving
import Simulation
import Units

extension RunPredictor {
  /// Prefill and decode on workers of their own: keys and values go over the links of the two instances.
  func apart(_ run: ServingRun) throws -> RunPrediction {
    guard let prefill = run.prefill, let decode = run.decode, let prompts = prefill.count, let answers = decode.count
    else { throw Unsupported("the number of workers is not published") }
    let first = try pool(
      run, .prefill, prefill.shape, run.flags.prefill, instances: prompts, concurrency: run.concurrency)
    let second = try pool(
      run, .decode, decode.shape, run.flags.decode, instances: answers, concurrency: run.concurrency)
    let configuration = try ServingConfiguration(
      engines: [first, second], transfer: try transfer(run, prefill.shape, decode.shape), seed: Seed(1))
    let means = try run.means(of: configuration, concurrency: run.concurrency, countsOpeningWave: countsOpeningWave)
    return .times(
      first: means.first, each: means.each, assumption: prefill.isShapeKnown && decode.isShapeKnown ? nil : assumedShape
    )
  }

  /// TPOT at the decode batch that the concurrency implies: nothing but the decode step is known.
  func decodeAlone(_ run: ServingRun) throws -> RunPrediction {
    guard let decode = run.decode else { throw Unsupported("the decode workers are not published") }
    let model = try stepModel(run, decode.shape, run.flags.decode)
    let workers = decode.count ?? 1
    let requests = max(1, Double(run.concurrency) / Double(workers * model.ranks))
    // Lengths are drawn from `shortestShare` to 1 of the nominal ones; half of the answer is there on average.
    let share = (1 + run.flags.shortestShare) / 2
    let context = Int((Double(run.inputTokens) + Double(run.outputTokens) / 2) * share)
    let seen = model.visible(context: requests * Double(context), over: requests)
    let work = StepWork(decode: .init(requests: requests, queries: 1 + model.drafting.tokens, context: seen))
    let assumption =
      decode.count == nil ? "one decode worker: the number is not published" : decode.isShapeKnown ? nil : assumedShape
    return .times(
      first: nil, each: model.seconds(work) / model.tokensPerStep, assumption: assumption)
  }

  private var assumedShape: String { "every rank has requests and experts of its own: the shape is not published" }

  /// Of one token, and how long it holds the links: inside a scale-up domain that, else the network between boards.
  private func transfer(
    _ run: ServingRun, _ prefill: EngineShape, _ decode: EngineShape
  ) throws -> ServingConfiguration.Transfer {
    let (system, chip) = try machine(of: run)
    let fabric = try Fabric(system, chip: chip)
    guard let inner = system.scaleUp else { throw Unsupported("\(system.name) has no plane between chips") }
    let isInside = prefill.chips + decode.chips <= fabric.innerDomain(inner) && system.chips.value > 8
    let plane = isInside ? inner : system.scaleOut ?? inner
    let model = try stepModel(run, decode, run.flags.decode)
    let rate = fabric.bandwidth(on: plane)
    return ServingConfiguration.Transfer(
      bytesPerToken: Int(model.keyValueBytesPerToken.value), latency: fabric.latency(on: plane),
      egress: rate * Double(prefill.chips), ingress: rate * Double(max(1, decode.tensor)))
  }
}
