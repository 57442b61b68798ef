import Reports

/// Progress on standard error, only on a terminal, ten times a second at most.
struct ProgressBar {
  let expected: Int?
  let start: Double
  private var last: Double

  init?(expected: Int?, start: Double) {
    guard Terminal.errorIsTerminal else { return nil }
    self.expected = expected
    self.start = start
    last = start
  }

  mutating func update(_ done: Int) {
    let now = wallClock()
    guard now - last > 0.1 else { return }
    last = now
    let fraction = expected.map { Double(done) / Double(max(1, $0)) }
    Terminal.writeProgress(
      "\r\u{1B}[K" + ProgressLine(fraction: fraction, done: done, elapsed: now - start).text(width: 78))
  }

  func end() { Terminal.writeProgress("\r\u{1B}[K") }
}
