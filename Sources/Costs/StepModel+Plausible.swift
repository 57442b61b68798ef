import Units

extension StepModel {
  /// Refuses what no served model is: numbers of a chip, a system or an engine that a typing error has put out of all
  /// range show here before they do in the clock.
  ///
  /// - Throws: where a step that decodes one token takes more than a minute, or no number comes out.
  public func checkPlausible() throws {
    let context = visible(context: 1, over: 1)
    let time = seconds(StepWork(decode: .init(requests: 1, queries: 1 + drafting.tokens, context: context)))
    guard time.value.isFinite, time.value >= 0 else {
      throw Problem(
        place, "no time of a step comes out",
        wayOut: "check the numbers of \(chip.name), \(system.name) and \(engine.name)")
    }
    guard time.value <= 60 else {
      throw Problem(
        place, "a step of one token would take \(Int(min(time.value, 1e15))) s",
        wayOut: "check the numbers of \(chip.name), \(system.name) and \(engine.name)")
    }
  }
}
