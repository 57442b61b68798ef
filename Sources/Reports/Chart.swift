/// A picture as a value: its numbers, axes and the sentence that says what to see in it.
public struct Chart: Sendable, Hashable {
  public var title: String
  /// One sentence: what to see.
  public var caption: String
  public var kind: Kind
  /// Marked on charts over time.
  public var events: [Event]
  /// Where, on the x axis of a chart over time, what is known ends; what lies beyond is shaded.
  public var forecast: Event?

  public init(_ title: String, caption: String, _ kind: Kind, events: [Event] = [], forecast: Event? = nil) {
    self.title = title
    self.caption = caption
    self.kind = kind
    self.events = events
    self.forecast = forecast
  }

  public enum Kind: Sendable, Hashable {
    case lines(Lines)
    case distribution(Distribution)
    case shares(Shares)
    case bars(Bars)
    case scatter(Scatter)
    case heat(Heat)
    case fan(Fan)
    case stack(Stack)
    case timeline(Timeline)
    case flow(Flow)
    case tornado(Tornado)
    case pairs(Pairs)
    case deviations(Deviations)
  }

  public struct Axis: Sendable, Hashable {
    /// With its unit where the notation does not print one: "Output tokens per second".
    public var name: String
    public var notation: Notation
    public var isLogarithmic: Bool
    public init(_ name: String, _ notation: Notation = .count, isLogarithmic: Bool = false) {
      self.name = name
      self.notation = notation
      self.isLogarithmic = isLogarithmic
    }
  }

  public struct Point: Sendable, Hashable {
    public var x, y: Double
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// One or more quantities over time or another continuous x.
  public struct Lines: Sendable, Hashable {
    public var x, y: Axis
    public var series: [Series]
    /// Horizontal lines such as an objective or a capacity.
    public var limits: [Marker]

    public init(x: Axis, y: Axis, series: [Series], limits: [Marker] = []) {
      self.x = x
      self.y = y
      self.series = series
      self.limits = limits
    }

    public struct Series: Sendable, Hashable {
      public var name: String
      public var points: [Point]
      public var isFilled: Bool
      /// The hue of the place in the list where nil.
      public var colour: Colour?
      /// Whether it is the greatest of what another line shows the mean of: a pale band down to zero.
      public var isPeak: Bool
      /// Whether its points stand alone, with no line between them.
      public var isDots: Bool
      public init(
        _ name: String, _ points: [Point], isFilled: Bool = false, colour: Colour? = nil, isPeak: Bool = false,
        isDots: Bool = false
      ) {
        self.isDots = isDots
        self.name = name
        self.points = points
        self.isFilled = isFilled
        self.colour = colour
        self.isPeak = isPeak
      }
      /// Values at the middles of equal intervals from zero.
      public init(
        _ name: String, every interval: Double, _ values: [Double], isFilled: Bool = false, colour: Colour? = nil,
        isPeak: Bool = false
      ) {
        self.init(
          name, values.enumerated().map { Point((Double($0.offset) + 0.5) * interval, $0.element) },
          isFilled: isFilled, colour: colour, isPeak: isPeak)
      }
    }
  }

  /// A named value on an axis: a percentile, an objective.
  public struct Marker: Sendable, Hashable {
    public var name: String
    public var value: Double
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// How often each range of values occurs, drawn over a logarithmic axis, or the share at or below each value.
  public struct Distribution: Sendable, Hashable {
    public var x: Axis
    /// What is counted: "requests".
    public var counted: String
    public var bins: [Bin]
    public var percentiles: [Marker]
    public var limit: Marker?
    public var form: Form

    public init(
      x: Axis, counted: String, bins: [Bin], percentiles: [Marker], limit: Marker? = nil, form: Form = .density
    ) {
      self.x = x
      self.counted = counted
      self.bins = bins
      self.percentiles = percentiles
      self.limit = limit
      self.form = form
    }

    public enum Form: Sendable, Hashable { case density, cumulative }

    public struct Bin: Sendable, Hashable {
      public var from, to: Double
      public var count: Int
      public init(from: Double, to: Double, count: Int) {
        self.from = from
        self.to = to
        self.count = count
      }
    }
  }

  /// The parts of one whole, or of several wholes compared, each a horizontal bar.
  public struct Shares: Sendable, Hashable {
    public var notation: Notation
    public var wholes: [Whole]
    public init(_ notation: Notation, _ wholes: [Whole]) {
      self.notation = notation
      self.wholes = wholes
    }
    public struct Whole: Sendable, Hashable {
      public var name: String
      public var parts: [Bars.Bar]
      public init(_ name: String, _ parts: [Bars.Bar]) {
        self.name = name
        self.parts = parts
      }
      public var total: Double { parts.reduce(0) { $0 + $1.value } }
    }
  }

  /// Amounts compared by length, in the order given.
  public struct Bars: Sendable, Hashable {
    public var axis: Axis
    public var bars: [Bar]
    /// The value whose bar fills the width; the greatest where nil.
    public var whole: Double?
    public init(_ axis: Axis, _ bars: [Bar], whole: Double? = nil) {
      self.axis = axis
      self.bars = bars
      self.whole = whole
    }
    public struct Bar: Sendable, Hashable {
      public var name: String
      public var value: Double
      /// Said beside the bar: what bounds it, how many.
      public var note: String
      /// Nil for that of its place: the first hue in bars, the hue of its number in shares.
      public var colour: Colour?
      public init(_ name: String, _ value: Double, note: String = "", colour: Colour? = nil) {
        self.name = name
        self.value = value
        self.note = note
        self.colour = colour
      }
    }
  }

  /// Two measures of the same things on logarithmic axes of one range, with the diagonal on which they agree.
  public struct Scatter: Sendable, Hashable {
    public var x, y: Axis
    public var groups: [Group]
    /// Relative deviations from the diagonal to be drawn: 0.1, 0.25.
    public var bands: [Double]
    public init(x: Axis, y: Axis, groups: [Group], bands: [Double] = []) {
      self.x = x
      self.y = y
      self.groups = groups
      self.bands = bands
    }
    public struct Group: Sendable, Hashable {
      public var name: String
      public var dots: [Dot]
      public init(_ name: String, _ dots: [Dot]) {
        self.name = name
        self.dots = dots
      }
    }
    public struct Dot: Sendable, Hashable {
      public var name: String
      public var x, y: Double
      public init(_ name: String, x: Double, y: Double) {
        self.name = name
        self.x = x
        self.y = y
      }
    }
  }

  /// A value for each pair of categories.
  public struct Heat: Sendable, Hashable {
    public var x, y: Axis
    public var columns, rows: [String]
    /// By row, then column; nil where there is none.
    public var cells: [[Double?]]
    public var value: Axis
    public init(x: Axis, y: Axis, columns: [String], rows: [String], cells: [[Double?]], value: Axis) {
      self.x = x
      self.y = y
      self.columns = columns
      self.rows = rows
      self.cells = cells
      self.value = value
    }
  }
}
