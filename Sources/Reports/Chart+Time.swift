extension Chart {
  /// What happened at a moment, marked by a vertical line on a chart over time.
  public struct Event: Sendable, Hashable {
    /// A word or three, written at the line.
    public var name: String
    public var x: Double
    /// The whole sentence, for the tooltip and the table.
    public var text: String
    public init(_ name: String, at x: Double, _ text: String = "") {
      self.name = name
      self.x = x
      self.text = text
    }
  }

  /// Quantities that are uncertain at every x: the median as a line, half and nine tenths of the cases as bands.
  public struct Fan: Sendable, Hashable {
    public var x, y: Axis
    /// The first is the answer, a second one what it is held against.
    public var bands: [Band]
    /// What others say, as dots with the range that they allow.
    public var estimates: [Estimate]
    public init(x: Axis, y: Axis, bands: [Band], estimates: [Estimate] = []) {
      self.x = x
      self.y = y
      self.bands = bands
      self.estimates = estimates
    }

    public struct Estimate: Sendable, Hashable {
      /// The row's identifier and what it says.
      public var name: String
      public var x, low, mid, high: Double
      public var source: String
      public init(_ name: String, x: Double, low: Double, mid: Double, high: Double, source: String) {
        self.name = name
        self.x = x
        self.low = low
        self.mid = mid
        self.high = high
        self.source = source
      }
    }

    public struct Band: Sendable, Hashable {
      public var name: String
      public var slices: [Slice]
      public init(_ name: String, _ slices: [Slice]) {
        self.name = name
        self.slices = slices
      }
    }

    /// The values below which 5, 25, 50, 75 and 95% of the cases lie at one x.
    public struct Slice: Sendable, Hashable {
      public var x, p05, p25, p50, p75, p95: Double
      public init(x: Double, p05: Double, p25: Double, p50: Double, p75: Double, p95: Double) {
        (self.x, self.p05, self.p25, self.p50, self.p75, self.p95) = (x, p05, p25, p50, p75, p95)
      }
    }
  }

  /// Parts of a whole over time, one on the other; all share the same x.
  public struct Stack: Sendable, Hashable {
    public var x, y: Axis
    public var layers: [Layer]
    /// Whether the layers always sum to 1.
    public var isWhole: Bool
    public init(x: Axis, y: Axis, layers: [Layer], isWhole: Bool = false) {
      self.x = x
      self.y = y
      self.layers = layers
      self.isWhole = isWhole
    }

    public struct Layer: Sendable, Hashable {
      public var name: String
      public var points: [Point]
      public var colour: Colour
      public init(_ name: String, _ points: [Point], _ colour: Colour) {
        self.name = name
        self.points = points
        self.colour = colour
      }
    }
  }

  /// One of the page's eight hues, in one of six strengths: what belongs together shares the hue.
  public struct Colour: Sendable, Hashable {
    public var hue: Int
    public var strength: Double
    public init(_ hue: Int, shade: Int = 0) {
      self.hue = hue
      strength = [1, 0.78, 0.6, 0.45, 0.33, 0.22][min(max(shade, 0), 5)]
    }
    /// As the page's script knows it.
    var name: String { "series-\((hue % 8 + 8) % 8 + 1)" }
  }

  /// Who did what and when: a row for each actor, a dot for each event.
  public struct Timeline: Sendable, Hashable {
    public var x: Axis
    public var rows: [String]
    public var dots: [Dot]
    /// What a filled dot means, and an empty one.
    public var filled, empty: String
    public init(x: Axis, rows: [String], dots: [Dot], filled: String, empty: String) {
      self.x = x
      self.rows = rows
      self.dots = dots
      self.filled = filled
      self.empty = empty
    }

    public struct Dot: Sendable, Hashable {
      public var row: Int
      public var x: Double
      /// The date as written.
      public var date: String
      /// Beside the dot where there is room.
      public var label: String
      public var title: String
      public var text: String
      public var isFilled: Bool
      public init(
        row: Int, x: Double, date: String, label: String = "", title: String, text: String = "", isFilled: Bool
      ) {
        self.row = row
        self.x = x
        self.date = date
        self.label = label
        self.title = title
        self.text = text
        self.isFilled = isFilled
      }
    }
  }
}
