extension Quantity<Time> {
  public static func seconds(_ value: Double) -> Self { Self(value) }
  public static func milliseconds(_ value: Double) -> Self { Self(value * 1e-3) }
  public static func microseconds(_ value: Double) -> Self { Self(value * 1e-6) }
  public static func hours(_ value: Double) -> Self { Self(value * 3600) }
  public var milliseconds: Double { value * 1e3 }
  public var microseconds: Double { value * 1e6 }
}

extension Quantity<Information> {
  public static func bytes(_ value: Double) -> Self { Self(value) }
  public static func megabytes(_ value: Double) -> Self { Self(value * 1e6) }
  /// 10⁹ bytes.
  public static func gigabytes(_ value: Double) -> Self { Self(value * 1e9) }
  /// 2³⁰ bytes.
  public static func gibibytes(_ value: Double) -> Self { Self(value * 1_073_741_824) }
  public var gigabytes: Double { value * 1e-9 }
}

extension Quantity<Work> {
  public static func flops(_ value: Double) -> Self { Self(value) }
}

extension Quantity<Per<Information, Time>> {
  public static func gigabytesPerSecond(_ value: Double) -> Self { Self(value * 1e9) }
  public var gigabytesPerSecond: Double { value * 1e-9 }
}

extension Quantity<Per<Work, Time>> {
  public static func teraFLOPsPerSecond(_ value: Double) -> Self { Self(value * 1e12) }
  public var teraFLOPsPerSecond: Double { value * 1e-12 }
}

extension Quantity<Per<Energy, Time>> {
  public static func watts(_ value: Double) -> Self { Self(value) }
  public static func kilowatts(_ value: Double) -> Self { Self(value * 1e3) }
}
