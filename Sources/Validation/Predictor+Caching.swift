import Costs
import Hardware
import Units

extension Predictor {
  /// Prefill with a share of each prompt read from the pool; time to first token is one batch's time, as in the
  /// source's set-up.
  func caching(_ row: PublishedRow) throws -> Prediction {
    guard row.role != .weak else { throw unsupported("the authors call these figures illustrative") }
    guard let prompt = row.inputTokens, let batch = row.batchPerChip, let chips = row.chipCount else {
      throw unsupported("prompt length or batch are not published")
    }
    func time(_ reuse: Double, plane: String = "UB") throws -> Seconds {
      let model = try stepModel(.prefill, of: row, chips: Int(chips), Variation(cachePlane: plane))
      return try prefillTime(model, batch: batch, prompt: prompt, reuse: reuse)
    }
    if row["plane"] == "UB vs VPC" {
      let ratios = try [0.125, 0.25, 0.5, 0.75, 0.9].map { try time($0, plane: "VPC") / time($0) }
      return .value(ratios.max() ?? 1)
    }
    guard let reuse = row.number("reuse") else { throw unsupported("the share of reuse is missing") }
    // Where a row names no base it is the lowest reuse that the source measured, 12.5%: its 2.53 s are the time of one
    // batch
    // at the 5,655 tokens/s without reuse, less an eighth.
    let base = row["base"] == "no EMS" ? 0 : row.number("base_reuse") ?? 0.125
    switch row.unit {
    case "x": return .value(try time(base) / time(reuse))
    case "ms": return .value(try (time(base) - time(reuse)).milliseconds)
    case "%": return .value(try 100 * (1 - time(reuse) / time(base)))
    default: throw unsupported("'\(row.metric)' is not modelled yet")
    }
  }
}
