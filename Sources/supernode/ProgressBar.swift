import Reports
import Synchronization

/// Progress on standard error, only on a terminal, ten times a second at most.
struct ProgressBar {
  let expected: Int?
  let start: Double
  /// What is counted, short.
  let unit: String
  private var last: Double

  init?(expected: Int?, start: Double, unit: String = "req") {
    guard Terminal.errorIsTerminal else { return nil }
    self.expected = expected
    self.start = start
    self.unit = unit
    last = start
  }

  mutating func update(_ done: Int) {
    let now = wallClock()
    guard now - last > 0.1 else { return }
    last = now
    let fraction = expected.map { Double(done) / Double(max(1, $0)) }
    Terminal.writeProgress(
      "\r\u{1B}[K" + ProgressLine(fraction: fraction, done: done, elapsed: now - start, unit: unit).text(width: 78))
  }

  func end() { Terminal.writeProgress("\r\u{1B}[K") }
}

/// Progress that several threads report.
final class SharedProgress: Sendable {
  private let state: Mutex<(bar: ProgressBar?, done: Int)>

  init(_ bar: ProgressBar?) { state = Mutex((bar, 0)) }

  func advance(by count: Int) {
    state.withLock { state in
      state.done += count
      state.bar?.update(state.done)
    }
  }

  func end() { state.withLock { $0.bar?.end() } }
}
