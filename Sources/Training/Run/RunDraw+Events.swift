import Simulation
import Units

extension RunDraw {
  /// A component fails: work since the last checkpoint is lost, it is found, a node may be replaced, training starts
  /// anew.
  mutating func stop(isExtra: Bool, restartFactor: Double) {
    let failures = run.failures
    var place = stream.uniform() * shares
    let last = failures.causes.count - 1
    let index =
      failures.causes.indices.first { index in
        place -= failures.causes[index].share.value
        return place < 0
      } ?? last
    guard index >= 0 else { return }
    let cause = failures.causes[index]
    let detection = (cause.detection ?? failures.detection).sample(&stream) * restartFactor
    let restart = (cause.restart ?? failures.restart).sample(&stream) * restartFactor
    let lost = loseUnsaved()
    let takesNode = stream.uniform() < cause.takesNode?.value ?? 0
    pass(detection, .detection)
    let waiting = takesNode ? replaceNode() : 0
    pass(restart, .restart)
    let whole = lost + detection + waiting + restart
    count(index, whole, extra: isExtra ? whole : (detection + restart) * (1 - 1 / restartFactor))
  }

  /// Wrong results are found: all since before them is thrown away, and the node leaves.
  mutating func silentError(isExtra: Bool) {
    let back = run.failures.silentErrors.found.sample(&stream) + interval * stream.uniform()
    let whole = rollBack(back) + replaceNode(.rollbacks) + restart(.rollbacks)
    count(silentIndex, whole, extra: isExtra ? whole : 0)
  }

  /// The loss does not come back: an older checkpoint is taken.
  mutating func diverge(isExtra: Bool) {
    let whole = rollBack(run.failures.divergence.back.sample(&stream)) + restart(.rollbacks)
    count(divergenceIndex, whole, extra: isExtra ? whole : 0)
  }

  /// A node becomes slow, and with it all others, until it is found.
  mutating func becomeSlow() {
    let stragglers = run.failures.stragglers
    let slowing = max(1, stragglers.slowing.sample(&stream))
    slow.append((slowing, time + stragglers.detection.sample(&stream)))
  }

  /// The slow node that was found leaves at a planned restart.
  mutating func removeStraggler() {
    guard let index = slow.indices.min(by: { slow[$0].found < slow[$1].found }) else { return }
    slow.remove(at: index)
    events += 1
    planned += 1
    save(.stragglers)
    _ = replaceNode(.stragglers)
    _ = restart(.stragglers)
  }

  mutating func maintain() {
    planned += 1
    events += 1
    save(.maintenance)
    pass(run.failures.maintenance.lasts.sample(&stream), .maintenance)
    nextMaintenance = time + maintenanceEvery
  }

  // MARK: parts of these

  private mutating func pass(_ span: Double, _ part: Part) {
    time += span
    add(part, span)
  }

  private mutating func restart(_ part: Part) -> Double {
    let span = run.failures.restart.sample(&stream)
    pass(span, part)
    return span
  }

  /// A checkpoint before a planned stop.
  private mutating func save(_ part: Part) {
    pass(write, part)
    saved += unsaved
    unsaved = 0
    phase = 0
  }

  /// Work since the last checkpoint moves from done to lost.
  private mutating func loseUnsaved() -> Double {
    let lost = unsaved
    add(.work, -lost)
    add(.lostWork, lost)
    unsaved = 0
    phase = 0
    return lost
  }

  /// Throws away so much of what is done, at least what is not saved; what was older goes as well where less was done.
  private mutating func rollBack(_ back: Double) -> Double {
    let lost = min(done, max(back, unsaved))
    add(.work, -lost)
    add(.rollbacks, lost)
    saved = done - lost
    unsaved = 0
    phase = 0
    return lost
  }

  /// A node leaves for repair; a spare one takes its place, or the run waits for the first that is back.
  private mutating func replaceNode(_ part: Part = .waitingForNodes) -> Double {
    let now = time
    pool += repairs.count { $0 <= now }
    repairs.removeAll { $0 <= now }
    repairs.append(now + run.failures.spares.repair.sample(&stream))
    if pool > 0 {
      pool -= 1
      return 0
    }
    guard let first = repairs.indices.min(by: { repairs[$0] < repairs[$1] }) else { return 0 }
    let waiting = repairs.remove(at: first) - now
    pass(waiting, part)
    return waiting
  }

  private mutating func count(_ index: Int, _ span: Double, extra: Double) {
    stops[index] += 1
    stopped[index] += span
    maturity += extra
  }
}
