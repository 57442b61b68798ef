/// Fleets that train a model and serve it, each by the flags of `train` and `plan`: what `supernode train FILE` reads.
public struct FleetFile: Decodable, Sendable {
  /// What stands above the answer.
  public var title: String
  /// Flags of `train` that all fleets share, such as `--model DeepSeek-V3 --tokens 14.8T`.
  public var train: String
  /// Flags of `plan` that all fleets share, such as `--model DeepSeek-V3 --isl 4000 --osl 1000 --request-rate 100`.
  public var serve: String
  /// One or more, in the order of the answer.
  public var fleets: [Fleet]
  enum CodingKeys: String, CodingKey, CaseIterable { case title, train, serve, fleets }

  public struct Fleet: Decodable, Sendable {
    /// As the answer calls it.
    public var name: String
    /// Flags of `train` of its own, such as `--system 'Atlas 800 A3' --chips 2048`; they win over the shared ones.
    public var train: String
    /// Flags of `plan` of its own; they win over the shared ones.
    public var serve: String
    enum CodingKeys: String, CodingKey, CaseIterable { case name, train, serve }
  }
}
