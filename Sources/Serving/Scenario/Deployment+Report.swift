import Costs
import Formats
import Hardware
import Reports
import Units
import Workloads

extension Deployment {
  /// Runs the simulation and puts prices, notes and the steps' parts to its outcome.
  ///
  /// `run` is asked at the end, since the program's version, wall time and memory are the caller's to know.
  public func simulate(
    observing observers: ServingObservers, run: (ServingOutcome) -> ServingReport.Run
  ) throws -> ServingReport {
    let outcome = try serve(makeSource(), under: configuration, observing: observers)
    return ServingReport(
      outcome, refusals: refusals(outcome), prices: prices, decodeStep: decodeBreakdown(outcome),
      prefillStep: prefillBreakdown(outcome),
      validity: try validity(outcome),
      notes: unsoldNotes + calibrationNotes + makerNotes + startNotes + draftNotes + unmodelledNotes + notes
        + skippedNotes(outcome.skipped)
        + windowNotes(outcome),
      run: run(outcome))
  }

  private var unsoldNotes: [ServingNote] {
    systems.map(\.machine.chip).compactMap { chip in
      chip.status.flatMap { $0 == .sold ? nil : .unsold(chip: chip.name, $0) }
    }
  }

  private var calibrationNotes: [ServingNote] { machine.engine.calibratedOn.map { [.calibrated($0)] } ?? [] }

  private var makerNotes: [ServingNote] {
    var notes: [ServingNote] = []
    for pool in pools {
      let (engine, chip) = (pool.engine, pool.model.chip)
      guard let makers = engine.makers, !makers.contains(chip.vendor) else { continue }
      let note = ServingNote.otherMaker(engine: engine.name, chip: chip.name, makers: makers)
      if !notes.contains(note) { notes.append(note) }
    }
    return notes
  }

  /// What a real engine would not start with, or has no kernels for.
  private var startNotes: [ServingNote] {
    var notes = optionNotes
    if scenario.precision == nil, let sentence = architecture.unreadFormat { notes.append(.unreadFormat(sentence)) }
    let formats = [precision.weights, precision.projection, precision.experts].compactMap { $0 }
    let floats: Set<NumberFormat> = [.fp8, .fp8Block, .mxfp8, .mxfp4, .nvfp4]
    for chip in systems.map(\.machine.chip) where chip.peak.fp8 == nil && formats.contains(where: floats.contains) {
      notes.append(.widened(chip: chip.name))
    }
    let scheduler = machine.engine.scheduling?.scheduler
    let isVLLM = scheduler == .vLLM || scheduler == .ascend
    let length = configuration.maxModelLength
    let held = configuration.engines.filter { $0.role != .prefill && $0.contexts == [.full] }
      .map { $0.memory.blocks * $0.memory.blockTokens }.min()
    if isVLLM, scenario.maxModelLength == nil, let held, held < length {
      notes.append(.cacheBelowModel(tokens: held, length: length))
    }
    return notes
  }

  /// What the engine's own check of its options refuses.
  private var optionNotes: [ServingNote] {
    let scheduler = machine.engine.scheduling?.scheduler
    var notes: [ServingNote] = []
    if let length = scenario.maxModelLength, architecture.namesPositions, length > architecture.maximumPositions {
      notes.append(.lengthBeyondModel(length: length, positions: architecture.maximumPositions, scheduler))
    }
    let sizes = configuration.engines.map(\.memory.blockTokens)
    if let scheduler, let size = sizes.first(where: { !scheduler.takesBlocks(of: $0) }) {
      notes.append(.blockSize(size, scheduler))
    }
    return notes
  }

  private var unmodelledNotes: [ServingNote] {
    architecture.unmodelled.filter { $0 != architecture.unreadFormat }.map { .unmodelled($0) }
  }

  private var draftNotes: [ServingNote] {
    let pools =
      configuration.engines.map(\.speculation)
      + (configuration.engines.isEmpty ? [configuration.decode.speculation] : [])
    guard let drafting = pools.first(where: { $0.draftTokens > 0 }) else { return [] }
    if let asked = scenario.speculation, asked.acceptance == nil {
      return [
        .assumedDrafts(
          drafting.draftTokens, tokensPerStep: drafting.tokensPerStep, chance: asked.assumed.chance,
          low: asked.assumed.low, high: asked.assumed.high)
      ]
    }
    return [.drafts(drafting.draftTokens, tokensPerStep: drafting.tokensPerStep)]
  }

  private func windowNotes(_ outcome: ServingOutcome) -> [ServingNote] {
    let statistics = outcome.statistics
    let talks: [ServingNote] = outcome.hasConversations ? [.conversations] : []
    guard let window = statistics.window else { return talks }
    let bounds = window.bounds(start: statistics.firstArrival, last: statistics.lastDeparture)
    return talks + [.measured(from: bounds.from, until: bounds.until, requests: window.offered)]
  }

  private func skippedNotes(_ skipped: SkippedLines) -> [ServingNote] {
    skipped.examples.first.map {
      [.skippedLines(count: skipped.count, place: "\($0.place)", fault: "\($0.fault)")]
    } ?? []
  }
}

extension Engine.Scheduler {
  /// Whether the engine's options take blocks of so many tokens: vLLM's list (`BlockSize` of its config), and
  /// TensorRT-LLM's powers of two.
  fileprivate func takesBlocks(of tokens: Int) -> Bool {
    switch self {
    case .vLLM, .ascend: [1, 8, 16, 32, 64, 128, 256].contains(tokens)
    case .tensorRT: tokens > 0 && tokens & (tokens - 1) == 0
    case .sgLang, .mindIE: true
    }
  }
}

extension Deployment {
  /// The entries of the catalog that it rests on.
  public var entries: [(kind: String, name: String)] {
    [
      ("models", scenario.model), ("systems", scenario.system), ("chips", machine.system.chip),
      ("engines", scenario.engine),
    ]
      + systems.filter { $0.machine.system.name != machine.system.name }.flatMap {
        [("systems", $0.machine.system.name), ("chips", $0.machine.system.chip)]
      }
      + (scenario.pools ?? []).compactMap { pool in pool.engine.map { ("engines", $0) } }
      + (scenario.speculation?.model.map { [("models", $0)] } ?? [])
  }

  /// Everything beside the scenario that decides the result: catalog entries as text, and the trace's fingerprint.
  public func inputTexts() throws -> [String] {
    var texts = try entries.map { try catalog.node($0.kind, $0.name).canonicalText }
    if let path = try workload.tracePath(catalog: catalog), try !workload.isReadOnce(catalog: catalog) {
      if fileKind(at: path) == .folder {
        for name in fileNames(in: path) { texts.append(try ContentHash.ofFile("\(path)/\(name)")) }
      } else {
        texts.append(try ContentHash.ofFile(path))
      }
    }
    return texts + ["rateScale \(workload.rateScale)"]
  }
}
