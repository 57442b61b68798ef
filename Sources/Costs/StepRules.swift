import Hardware

/// How an engine overlaps and launches steps on a chip, as plain numbers: what every step asks of the engine's file.
struct StepRules: Sendable {
  let decode: Engine.Overlap
  let prefill: Engine.Overlap
  /// Share of the cores that exchanges of prompts take.
  let communicationCores: Double
  /// Seconds in which two microbatches join in each layer.
  let join: Double
  /// Steps into which the cores can be divided: the engine's, else as many as a die has matrix cores.
  let splitSteps: Int
  /// Steps that the attention stream may have: the engine's, else all that leave both streams one.
  let splitRange: ClosedRange<Int>
  /// Seconds of a launched piece of a graph and of a kernel between two; nil where a graph holds the whole step.
  let pieces: (launch: Double, kernel: Double)?
  /// Which batches replay a graph; nil where every one does, unpadded.
  let graphs: Engine.Graphs?

  init(_ engine: Engine, _ chip: Chip) {
    decode = engine.decode.overlap
    prefill = engine.prefill.overlap
    communicationCores = engine.prefill.communicationCores?.value ?? 0
    join = engine.constants.microbatchJoin.value.value
    let steps = max(2, engine.decode.splitSteps ?? chip.cores.map { $0.matrix.value / chip.dies.value } ?? 2)
    splitSteps = steps
    if let range = engine.decode.attentionSteps, let low = range.first, let high = range.last, low <= high {
      splitRange = low...high
    } else {
      splitRange = 1...(steps - 1)
    }
    graphs = engine.execution?.graphs
    pieces = engine.execution?.graphs.pieces.map { ($0.launch.value.value, $0.kernel.value.value) }
  }
}
