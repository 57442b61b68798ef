extension Chart {
  /// How much goes from where to where, in one unit for all links so that their widths compare.
  public struct Flow: Sendable, Hashable {
    /// The common unit.
    public var axis: Axis
    public var nodes: [Node]
    public var links: [Link]
    public init(_ axis: Axis, nodes: [Node], links: [Link]) {
      self.axis = axis
      self.nodes = nodes
      self.links = links
    }

    public struct Node: Sendable, Hashable {
      public var name: String
      /// From the left, from 0.
      public var column: Int
      /// The amount in the node's own unit: "62,000 wafers".
      public var note: String
      public var colour: Colour
      public init(_ name: String, column: Int, note: String = "", _ colour: Colour) {
        self.name = name
        self.column = column
        self.note = note
        self.colour = colour
      }
    }

    /// Between nodes by name; what is not positive is not drawn.
    public struct Link: Sendable, Hashable {
      public var from, to: String
      public var value: Double
      public init(_ from: String, _ to: String, _ value: Double) {
        self.from = from
        self.to = to
        self.value = value
      }
    }
  }

  /// What a result becomes when one input after another goes to its low and its high end, all else as it is.
  public struct Tornado: Sendable, Hashable {
    public var axis: Axis
    /// The result with nothing moved.
    public var base: Double
    public var bars: [Bar]
    public init(_ axis: Axis, base: Double, bars: [Bar]) {
      self.axis = axis
      self.base = base
      self.bars = bars
    }

    public struct Bar: Sendable, Hashable {
      public var name: String
      /// The result at either end of the input.
      public var low, high: Double
      /// The input's own ends, as printed.
      public var from, to: String
      public init(_ name: String, low: Double, high: Double, from: String = "", to: String = "") {
        self.name = name
        self.low = low
        self.high = high
        self.from = from
        self.to = to
      }
    }
  }

  /// Two measures of each thing, as two bars one below the other.
  public struct Pairs: Sendable, Hashable {
    public var axis: Axis
    public var first, second: String
    public var rows: [Row]
    public init(_ axis: Axis, first: String, second: String, rows: [Row]) {
      self.axis = axis
      self.first = first
      self.second = second
      self.rows = rows
    }

    public struct Row: Sendable, Hashable {
      public var name: String
      public var first, second: Double
      public init(_ name: String, _ first: Double, _ second: Double) {
        self.name = name
        self.first = first
        self.second = second
      }
    }
  }
}
