import Formats
import Reports

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output and error, and what is known of the terminal behind them.
enum Terminal {
  /// A terminal is not steered by what a file has in it: only our colours go through.
  static func write(_ text: String) {
    let text = outputIsTerminal ? Text.printableWithColours(text) : text
    put(text.hasSuffix("\n") ? text : text + "\n", to: 1)
  }
  /// Without control characters: the text may quote what others wrote.
  static func writeError(_ text: String) {
    let text = Text.printable(text)
    put(text.hasSuffix("\n") ? text : text + "\n", to: 2)
  }
  /// Without a line's end, for a progress bar that overwrites itself.
  static func writeProgress(_ text: String) { put(text, to: 2) }

  static var outputIsTerminal: Bool { isatty(1) == 1 }
  static var errorIsTerminal: Bool { isatty(2) == 1 }
  static var wantsColour: Bool { outputIsTerminal && getenv("NO_COLOR") == nil }

  /// Columns of the terminal behind standard output, or 100 where there is none; `COLUMNS` says otherwise.
  static var width: Int {
    // What a shell or a user says of it goes first.
    if let text = getenv("COLUMNS").map({ String(cString: $0) }), let columns = Int(text), columns > 0 {
      return columns
    }
    var size = winsize()
    return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 100
  }

  private static func put(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = writeBytes(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          if descriptor == 1 { endUnwritten() }
          return
        }
        written += count
      }
    }
  }
}

/// What was asked for cannot be told: a full disk, or a standard output that is closed.
private func endUnwritten() -> Never {
  let why = String(cString: strerror(errno))
  UnfinishedFiles.removeAll()
  Terminal.writeError("supernode: standard output: cannot be written: \(why); make room or choose another place")
  endProcess(1)
}

private func writeBytes(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

func endProcess(_ code: Int32) -> Never { exit(code) }

/// Control-C and termination: whatever is under way ends at once with code 130, and what it had half written goes.
enum Interrupt {
  static func listen() {
    let handler: @convention(c) (Int32) -> Void = { _ in
      UnfinishedFiles.removeAll()
      // Behind a progress bar.
      if isatty(2) == 1 { "\n".withCString { _ = writeText(2, $0) } }
      "supernode: interrupted; nothing was written\n".withCString { _ = writeText(2, $0) }
      _exit(130)
    }
    // So that the handler finds it made.
    UnfinishedFiles.removeAll()
    // A parent may have started this process from a thread that blocks them.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    sigaddset(&wanted, SIGINT)
    sigaddset(&wanted, SIGTERM)
    sigprocmask(SIG_UNBLOCK, &wanted, nil)
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    // Whoever read the output has enough: end as other tools do, without a word.
    signal(SIGPIPE) { _ in
      UnfinishedFiles.removeAll()
      signal(SIGPIPE, SIG_DFL)
      raise(SIGPIPE)
    }
    var pipe = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    sigprocmask(SIG_UNBLOCK, &pipe, nil)
  }
}

private func writeText(_ descriptor: Int32, _ text: UnsafePointer<CChar>) -> Int {
  write(descriptor, text, strlen(text))
}

/// Seconds of a monotonic clock, for progress and wall time; nothing simulated depends on it.
func wallClock() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Peak resident memory of this process, bytes.
func peakMemoryBytes() -> Int {
  var usage = rusage()
  // RUSAGE_SELF, whose type differs between C libraries.
  getrusage(0, &usage)
  return usage.ru_maxrss * 1024
}
