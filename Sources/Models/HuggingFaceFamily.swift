/// How the `config.json` of one architecture class names its parts: a row of `HuggingFaceFamily+Table.swift`.
struct HuggingFaceFamily: Sendable {
  var architectureClass: String
  var attention: AttentionKeys
  /// Nil where every layer is dense.
  var mixture: MixtureKeys?
  /// The key that counts the multi-token-prediction layers; nil if the class has none.
  var multiTokenPrediction: String?
  var normsPerLayer = 2
  /// Keys that must be absent, null, false or zero, because what they turn on is not modelled.
  var unmodelled: [String] = []

  enum AttentionKeys: Sendable {
    case grouped(inputBias: Flag, outputBias: Flag, headNorms: Flag)
    case latent(LatentKeys)
  }

  enum Flag: Sendable {
    case always, never
    /// A truth value of the config; absent is false.
    case key(String)
  }

  struct LatentKeys: Sendable {
    var queryRank, keyValueRank, nopeDimension, ropeDimension, valueDimension: String
  }

  struct MixtureKeys: Sendable {
    var experts: String
    var intermediateSize: String
    /// The key that counts shared experts, each as large as a routed one; nil if the class has none.
    var sharedExperts: String?
    var routingGroups: String?
    var placement: Placement
    var hasRouterBias: RouterBias
  }

  /// Which layers have experts.
  enum Placement: Sendable {
    case everyLayer
    /// All but the first few, counted by this key; of the rest every n-th if `moe_layer_freq` says so.
    case afterDense(String)
    /// Every n-th (key `step`), but not those that the list `dense` names.
    case sparse(step: String, dense: String)
  }

  enum RouterBias: Sendable {
    case always, never
    /// Where this key has this text.
    case whereKey(String, is: String)
  }
}
