/// What a number measures; `Quantity` carries it in its type so that bytes cannot be added to seconds.
public protocol Dimension: Sendable {
  /// The SI unit that `Quantity.value` counts, as printed.
  static var baseSymbol: String { get }
  /// How many SI units one `symbol` is (`"GB"` → 10⁹); nil if the symbol does not belong to this dimension.
  static func scale(of symbol: Substring) -> Double?
  /// Symbols that stand for this dimension per second (`"W"` for energy, `"TFLOPS"` for work).
  static func scalePerSecond(of symbol: Substring) -> Double?
  /// The symbol that people write, for errors.
  static var usualSymbol: String { get }
}

extension Dimension {
  public static func scalePerSecond(of symbol: Substring) -> Double? { nil }
  public static var usualSymbol: String { baseSymbol }
}

/// Seconds.
public enum Time: Dimension {
  public static var baseSymbol: String { "s" }
  public static func scale(of symbol: Substring) -> Double? {
    switch symbol {
    case "s", "second", "seconds": 1
    case "ms": 1e-3
    case "us", "µs": 1e-6
    case "ns": 1e-9
    case "ps": 1e-12
    case "min", "minute", "minutes": 60
    case "h", "hour", "hours": 3600
    case "d", "day", "days": 86_400
    case "year", "years": 31_557_600
    default: nil
    }
  }
}

/// Bytes.
public enum Information: Dimension {
  public static var baseSymbol: String { "B" }
  public static func scale(of symbol: Substring) -> Double? {
    switch symbol {
    case "B", "byte", "bytes": 1
    case "bit": 0.125
    case "KB", "kB": 1e3
    case "MB": 1e6
    case "GB": 1e9
    case "TB": 1e12
    case "PB": 1e15
    case "KiB": 1024
    case "MiB": 1_048_576
    case "GiB": 1_073_741_824
    case "TiB": 1_099_511_627_776
    case "Gbit": 0.125e9
    case "Tbit": 0.125e12
    default: nil
    }
  }
}

/// Floating-point or integer operations; a multiply-add counts as two.
public enum Work: Dimension {
  public static var baseSymbol: String { "FLOP" }
  public static func scale(of symbol: Substring) -> Double? {
    switch symbol {
    case "FLOP", "FLOPs", "OP": 1
    case "MFLOP": 1e6
    case "GFLOP": 1e9
    case "TFLOP": 1e12
    case "PFLOP": 1e15
    default: nil
    }
  }
  public static func scalePerSecond(of symbol: Substring) -> Double? {
    switch symbol {
    case "FLOPS", "OPS": 1
    case "GFLOPS", "GOPS": 1e9
    case "TFLOPS", "TOPS": 1e12
    case "PFLOPS", "POPS": 1e15
    case "EFLOPS", "EOPS": 1e18
    default: nil
    }
  }
}

/// Joules.
public enum Energy: Dimension {
  public static var baseSymbol: String { "J" }
  public static func scale(of symbol: Substring) -> Double? {
    switch symbol {
    case "J": 1
    case "kJ": 1e3
    case "MJ": 1e6
    case "Wh": 3600
    case "kWh": 3.6e6
    case "MWh": 3.6e9
    case "GWh": 3.6e12
    default: nil
    }
  }
  public static func scalePerSecond(of symbol: Substring) -> Double? {
    switch symbol {
    case "W": 1
    case "kW": 1e3
    case "MW": 1e6
    case "GW": 1e9
    default: nil
    }
  }
}

/// US dollars.
public enum Money: Dimension {
  public static var baseSymbol: String { "USD" }
  public static func scale(of symbol: Substring) -> Double? {
    switch symbol {
    case "USD": 1
    case "kUSD": 1e3
    case "MUSD": 1e6
    default: nil
    }
  }
}

/// Kilograms.
public enum Mass: Dimension {
  public static var baseSymbol: String { "kg" }
  public static func scale(of symbol: Substring) -> Double? {
    switch symbol {
    case "g": 1e-3
    case "kg": 1
    case "t": 1000
    default: nil
    }
  }
}

/// One dimension for each unit of another: bytes per second, dollars per joule.
public enum Per<Numerator: Dimension, Denominator: Dimension>: Dimension {
  public static var baseSymbol: String { "\(Numerator.baseSymbol)/\(Denominator.baseSymbol)" }
  public static var usualSymbol: String {
    if Numerator.self == Money.self, Denominator.self == Time.self { return "USD/h" }
    return Numerator.self == Money.self && Denominator.self == Energy.self ? "USD/kWh" : baseSymbol
  }
  public static func scale(of symbol: Substring) -> Double? {
    if Denominator.self == Time.self, let scale = Numerator.scalePerSecond(of: symbol) { return scale }
    guard let slash = symbol.lastIndex(of: "/"),
      let numerator = Numerator.scale(of: symbol[..<slash]),
      let denominator = Denominator.scale(of: symbol[symbol.index(after: slash)...])
    else { return nil }
    return numerator / denominator
  }
}
