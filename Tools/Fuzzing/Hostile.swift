import Simulation

/// What a damaged or hostile file has in place of a number, a word or a few bytes.
enum Hostile {
  static let numbers = [
    "0", "-0", "1", "-1", "2", "3", "7", "16", "64", "100", "255", "256", "257", "1000", "1024", "4096", "65535",
    "65536", "131072", "262144", "1000000", "10000000", "2147483647", "2147483648", "-2147483648", "4294967295",
    "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "18446744073709551615", "18446744073709551616", "1e9", "1e12", "1e15", "1e18", "1e19", "1e38", "1e300", "1e308",
    "1.7976931348623157e308", "1e400", "-1e308", "5e-324", "1e-300", "1e-30", "1e-18", "1e-12", "1e-9", "0.001", "0.1",
    "0.5", "0.7", "0.999999999", "1.0000000001", "1.5", "-0.5", "nan", "NaN", "inf", "-inf", ".inf", ".nan", "0x10",
    "0o17", "1_000", "1,000", "+5", "00012", "1e", "1e+", ".5", "5.", "１２", "٣", "1 2", "--1", "1/0",
  ]
  static let units = [
    "ms", "s", "us", "ns", "ps", "min", "h", "days", "years", "GB/s", "GB", "GiB", "TB", "B", "W", "kW", "MW", "TFLOPS",
    "TOPS", "USD", "USD/kWh", "CNY", "%", "GHz", "", "J", "tokens", "µs", "Gbit/s",
  ]
  static let words = [
    "null", "~", "true", "false", "yes", "no", "on", "", "a", "nothing", "inf", "nan", "-", "[]", "{}", "\"\"", "''",
    "*a", "&a", "!!int", "<<", "@", "`", "%", "|", ">", "?", ":", "#", ",", "[", "]", "{", "}", "\\", "\"", "'", "=",
    ";", "..", "../..", "./x", "-", "mtp", "eagle", "fp8", "fp4", "int4", "bf16", "nvfp4", "mxfp4", "int4Group",
    "fp8Block", "2025-01-01", "0000-00-00", "9999-12-31", "2025-13-40", "1 to 3", "3 to 1", "1e308 to 1e309",
  ]
  /// Bytes that text should not have, or that steer a terminal, or that no UTF-8 has.
  static let bytes: [[UInt8]] = [
    [0], [0x1B, 0x5B, 0x33, 0x31, 0x6D], [0x1B, 0x5D, 0x30, 0x3B, 0x78, 7], [0x0D], [0x0D, 0x0A], [0x0A], [0x09],
    [0xEF, 0xBB, 0xBF], [0xFF], [0xFE, 0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
    [0xC0, 0x80], [0xE2, 0x80, 0xAE], [0xE2, 0x80, 0xA8], [0x85], [0xC2, 0x85], [0xF0, 0x9F, 0x98, 0x80], [0x22],
    [0x5C], [0x5C, 0x75, 0x64, 0x38, 0x30, 0x30], [0x2C], [0x3B], [0x27], [0x1F, 0x8B], [0x26, 0x61], [0x2A, 0x61],
  ]
}

extension RandomStream {
  /// From 0 to below `count`.
  mutating func below(_ count: Int) -> Int { count > 1 ? Int(next() % UInt64(count)) : 0 }
  mutating func isOne(in count: Int) -> Bool { below(count) == 0 }
  mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
  /// Mostly small.
  mutating func small(_ most: Int) -> Int {
    var count = 1
    while count < most, below(2) == 0 { count += 1 }
    return count
  }
}
