import Formats
import Units

extension HardwareFacts {
  /// What a number of hardware can be at most (and at least, where it is not 0), by what it measures: wide of all that
  /// is built, and near enough for every sum and product over a system to fit into 64 bits.
  ///
  /// Nil where the number is within it, or measures something else.
  static func rangeFault(of text: String) -> (fault: String, wayOut: String)? {
    if let plain = Double(text) { return fault(plain, text, least: 1e-12, most: 1e7, "ten million") }
    if let time = try? Seconds(text: text) {
      return fault(time.value, text, least: 1e-15, most: 1e6, "ten days")
    }
    if let size = try? Bytes(text: text) { return fault(size.value, text, least: 1e-3, most: 1e17, "100 PB") }
    if let speed = try? BytesPerSecond(text: text) {
      return fault(speed.value, text, least: 1e3, most: 1e17, "100 PB/s")
    }
    if let rate = try? FLOPsPerSecond(text: text) {
      return fault(rate.value, text, least: 1e6, most: 1e20, "100 EFLOPS")
    }
    if let power = try? Watts(text: text) { return fault(power.value, text, least: 1e-6, most: 1e6, "1 MW") }
    if let price = try? Dollars(text: text) { return fault(price.value, text, least: 1e-6, most: 1e12, "1e12 USD") }
    return nil
  }

  private static func fault(
    _ value: Double, _ text: String, least: Double, most: Double, _ limit: String
  ) -> (fault: String, wayOut: String)? {
    if value.magnitude > most { return ("\(text) is out of all range", "give at most \(limit)") }
    if value != 0, value.magnitude < least { return ("\(text) is next to nothing", "check its digits and its unit") }
    return nil
  }
}
