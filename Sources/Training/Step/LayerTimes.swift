/// Seconds of one layer, one micro-batch, on one rank.
struct LayerTimes: Hashable, Sendable {
  var forward = 0.0
  var inputGradient = 0.0
  var weightGradient = 0.0
  /// What the backward computes again.
  var recompute = 0.0
  /// Traffic of the tensor group that nothing hides.
  var tensorForward = 0.0
  var tensorBackward = 0.0
  var contextForward = 0.0
  var contextBackward = 0.0
  /// Exchanges with the experts that nothing hides.
  var expertForward = 0.0
  var expertBackward = 0.0
  /// Waits for counts of tokens.
  var waitForward = 0.0
  var waitBackward = 0.0

  static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.forward += right.forward
    sum.inputGradient += right.inputGradient
    sum.weightGradient += right.weightGradient
    sum.recompute += right.recompute
    sum.tensorForward += right.tensorForward
    sum.tensorBackward += right.tensorBackward
    sum.contextForward += right.contextForward
    sum.contextBackward += right.contextBackward
    sum.expertForward += right.expertForward
    sum.expertBackward += right.expertBackward
    sum.waitForward += right.waitForward
    sum.waitBackward += right.waitBackward
    return sum
  }

  static func * (left: Self, factor: Double) -> Self {
    Self(
      forward: left.forward * factor, inputGradient: left.inputGradient * factor,
      weightGradient: left.weightGradient * factor, recompute: left.recompute * factor,
      tensorForward: left.tensorForward * factor, tensorBackward: left.tensorBackward * factor,
      contextForward: left.contextForward * factor, contextBackward: left.contextBackward * factor,
      expertForward: left.expertForward * factor, expertBackward: left.expertBackward * factor,
      waitForward: left.waitForward * factor, waitBackward: left.waitBackward * factor)
  }

  var wholeForward: Double { forward + tensorForward + contextForward + expertForward + waitForward }
  /// Without the gradients of weights.
  var wholeInputGradient: Double {
    inputGradient + recompute + tensorBackward + contextBackward + expertBackward + waitBackward
  }
}

/// The parts of a layer before they are joined.
struct PartTimes: Sendable {
  /// Products forward, and the two backward.
  var forward = 0.0
  var inputGradient = 0.0
  var weightGradient = 0.0
  /// The core of attention, or a scan.
  var coreForward = 0.0
  var coreBackward = 0.0
  var vectorForward = 0.0
  var vectorBackward = 0.0
  /// Products up from latents, and elementwise work of the activation: what selective recompute repeats.
  var upForward = 0.0
  var activation = 0.0

  var wholeForward: Double { forward + coreForward + vectorForward }
  var wholeBackward: Double { inputGradient + coreBackward + vectorBackward }

  mutating func add(_ product: (Double, Double, Double), trains: Bool) {
    forward += product.0
    inputGradient += product.1
    if trains { weightGradient += product.2 }
  }
}
