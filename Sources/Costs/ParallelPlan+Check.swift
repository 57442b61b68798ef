import Hardware
import Models
import Units

extension ParallelPlan {
  /// Throws every fault of the plan for this model on this system, by the field under `place`.
  public func check(_ architecture: Architecture, on system: System, chip: Chip, at place: String) throws {
    var problems = counts(at: place)
    if problems.isEmpty {
      problems += sizes(system, chip, at: place)
      problems += heads(architecture, at: place)
      problems += experts(architecture, at: place)
      problems += stages(architecture, at: place)
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }

  private func counts(at place: String) -> [Problem] {
    let fields = [
      ("tensorParallel", tensor), ("pipelineParallel", pipeline), ("dataParallel", data), ("contextParallel", context),
      ("expertTensorParallel", expertTensor), ("expertParallel", expert), ("headTensorParallel", headTensor ?? 1),
      ("outputTensorParallel", outputTensor ?? 1),
    ]
    var problems = fields.filter { $0.1 < 1 }.map {
      Problem("\(place).\($0.0)", "\($0.1) is no number of dies", wayOut: "use at least 1")
    }
    if redundantExperts < 0 {
      problems.append(
        Problem("\(place).redundantExperts", "\(redundantExperts) is no number of copies", wayOut: "use 0 or more"))
    }
    return problems
  }

  private func sizes(_ system: System, _ chip: Chip, at place: String) -> [Problem] {
    let chips = chips(of: chip)
    guard chips > system.chips.value, system.scales != true else { return [] }
    return [
      Problem(
        "\(place).chips", "\(chips) is more than the \(system.chips.value) chips of \(system.name)",
        wayOut: "use at most \(system.chips.value)")
    ]
  }

  private func heads(_ architecture: Architecture, at place: String) -> [Problem] {
    var problems: [Problem] = []
    let heads = architecture.layers.map(\.attention.heads)
    if let odd = heads.first(where: { $0 % tensor != 0 }) {
      problems.append(
        Problem(
          "\(place).tensorParallel", "\(tensor) does not divide \(odd) attention heads",
          wayOut: "use \(Self.near(odd, to: tensor))"))
    }
    if let output = outputTensor, let odd = heads.first(where: { $0 % output != 0 }) {
      problems.append(
        Problem(
          "\(place).outputTensorParallel", "\(output) does not divide \(odd) attention heads",
          wayOut: "use \(Self.near(odd, to: output))"))
    }
    for (field, value) in [("headTensorParallel", headTensor), ("outputTensorParallel", outputTensor)] {
      guard let value, stageDies % value != 0 else { continue }
      problems.append(
        Problem(
          "\(place).\(field)", "\(value) does not divide the \(stageDies) dies of a stage",
          wayOut: "use \(Self.near(stageDies, to: value))"))
    }
    return problems
  }

  private func experts(_ architecture: Architecture, at place: String) -> [Problem] {
    guard let mixture = architecture.mixture else {
      if expertDiesApart > 0 {
        return [Problem("\(place).expertChips", "\(architecture.name) has no experts", wayOut: "leave it out")]
      }
      return expert == 1
        ? []
        : [Problem("\(place).expertParallel", "\(architecture.name) has no experts", wayOut: "set it to 1")]
    }
    var problems: [Problem] = []
    if expertDiesApart > 0, pipeline > 1 {
      problems.append(
        Problem(
          "\(place).pipelineParallel", "\(pipeline) stages with experts apart are not modelled", wayOut: "set it to 1"))
    }
    if expertDies != expertHosts {
      problems.append(
        Problem(
          "\(place).expertParallel",
          "expert parallelism \(expert) with \(expertTensor) dies to each expert is \(expertDies) dies, and a stage "
            + "has \(expertHosts)", wayOut: "choose them so that their product is \(expertHosts)"))
    }
    if mixture.intermediateSize % expertTensor != 0 {
      problems.append(
        Problem(
          "\(place).expertTensorParallel",
          "\(expertTensor) does not divide the width \(mixture.intermediateSize) of an expert",
          wayOut: "use \(Self.near(mixture.intermediateSize, to: expertTensor))"))
    }
    if redundantExperts > 0, expert == 1 {
      problems.append(
        Problem(
          "\(place).redundantExperts", "without expert parallelism every die holds every expert", wayOut: "set it to 0")
      )
    }
    return problems
  }

  private func stages(_ architecture: Architecture, at place: String) -> [Problem] {
    guard pipeline > architecture.layerCount else { return [] }
    return [
      Problem(
        "\(place).pipelineParallel",
        "\(pipeline) stages are more than the \(architecture.layerCount) layers of \(architecture.name)",
        wayOut: "use at most \(architecture.layerCount)")
    ]
  }

  /// The divisors on both sides of what was wished for.
  private static func near(_ number: Int, to wish: Int) -> String {
    let divisors = (1...max(1, number)).filter { number % $0 == 0 }
    let below = divisors.last { $0 < wish }
    let above = divisors.first { $0 > wish }
    return [below, above].compactMap { $0 }.map(String.init).joined(separator: " or ")
  }
}
