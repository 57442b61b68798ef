/// A report as a value: what it says, in the order in which a reader needs it; how it looks is up to a renderer.
public struct Document: Sendable, Hashable {
  public var title: String
  /// One line under the title: what was run.
  public var subtitle: String
  /// How far the whole can be trusted; beside the title.
  public var mark: Badge?
  /// Verdicts to be seen at a glance.
  public var badges: [Badge]
  /// The answer, first of all.
  public var lead: [String]
  public var headlines: [Headline]
  public var sections: [Section]
  public var sources: [Source]
  /// The last line: program, version, seed, hash of the inputs.
  public var footer: String

  public init(
    title: String, subtitle: String = "", mark: Badge? = nil, badges: [Badge] = [], lead: [String] = [],
    headlines: [Headline] = [],
    sections: [Section] = [], sources: [Source] = [], footer: String = ""
  ) {
    self.title = title
    self.subtitle = subtitle
    self.mark = mark
    self.badges = badges
    self.lead = lead
    self.headlines = headlines
    self.sections = sections
    self.sources = sources
    self.footer = footer
  }

  /// How a word or figure is to be taken; colour never says it alone.
  public enum Tone: String, Sendable, Hashable { case plain, good, caution, bad, muted }

  public struct Badge: Sendable, Hashable {
    public var text: String
    public var tone: Tone
    public init(_ text: String, tone: Tone = .plain) {
      self.text = text
      self.tone = tone
    }
  }

  /// One figure in large type.
  public struct Headline: Sendable, Hashable {
    public var label: String
    public var value: String
    public var unit: String
    public var note: String
    public var tone: Tone
    public init(_ label: String, value: String, unit: String = "", note: String = "", tone: Tone = .plain) {
      self.label = label
      self.value = value
      self.unit = unit
      self.note = note
      self.tone = tone
    }
    public init(_ label: String, _ measure: Measure, note: String = "", tone: Tone = .plain) {
      self.init(label, value: measure.number, unit: measure.unit, note: note, tone: tone)
    }
  }

  public struct Section: Sendable, Hashable {
    public var title: String
    public var blocks: [Block]
    public init(_ title: String, _ blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }
  }

  public enum Block: Sendable, Hashable {
    case paragraph(String)
    /// Charts that belong together, side by side where there is room.
    case charts([Chart])
    case table(Table)
    /// What the reader must know, set apart from the text.
    case notes([String])
    /// Text with its line breaks, such as a scenario file.
    case verbatim(title: String, text: String)
    /// Blocks that a page shows when their title is clicked, and paper always.
    indirect case folded(title: String, [Block])

    public static func chart(_ chart: Chart) -> Self { .charts([chart]) }
  }

  /// Where an input comes from.
  public struct Source: Sendable, Hashable {
    public var what: String
    public var value: String
    public var source: String
    public init(what: String, value: String, source: String) {
      self.what = what
      self.value = value
      self.source = source
    }
  }
}
