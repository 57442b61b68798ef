import Reports

/// What a report says besides its figures: what was asked for and where each input comes from.
public struct ReportContext: Sendable, Hashable {
  public var title: String
  /// One sentence: model, system, deployment, precision.
  public var system: String
  /// The scenario as read, after overrides.
  public var scenario: String
  public var sources: [Document.Source]
  public var commandLine: String

  public init(
    title: String, system: String, scenario: String = "", sources: [Document.Source] = [], commandLine: String = ""
  ) {
    self.title = title
    self.system = system
    self.scenario = scenario
    self.sources = sources
    self.commandLine = commandLine
  }
}
