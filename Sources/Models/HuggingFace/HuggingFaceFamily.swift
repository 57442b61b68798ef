/// How the `config.json` of one architecture class names its parts: a row of `HuggingFaceFamily+Table.swift`.
struct HuggingFaceFamily: Sendable {
  var architectureClass: String
  var attention: AttentionKeys
  /// The layers that keep a state; nil where none do.
  var mixer: MixerKeys?
  /// Which layer mixes tokens how: the first whose key is there; none of them: every layer sees everything.
  var patterns: [LayerPattern] = []
  /// Nil where every layer is dense.
  var mixture: MixtureKeys?
  /// The intermediate size of dense layers.
  var denseSize = "intermediate_size"
  /// Dense layers have a gate.
  var isGated = true
  /// The key that counts the multi-token-prediction layers; nil if the class has none.
  var multiTokenPrediction: String?
  var normsPerLayer = 2
  /// Norms more in a layer with experts.
  var normsOfMixture = 0
  /// Norms have biases, and so has the head (Phi-3.5-MoE).
  var hasNormBiases = false
  /// Attention and mixer side by side in every layer (Falcon-H1).
  var isParallel = false
  /// A list that says of each layer which parts it has (DeciLM).
  var blocks: String?
  /// Layers for each that the config counts (LongCat's have two of everything but experts).
  var layersEach = 1
  /// Where the config does not say whether embedding and head are one table.
  var isTied = false
  /// Several residual streams are mixed before and after each half of a layer: the key that counts them.
  var residualStreams: String?
  /// Keys that must be absent, null, false or zero, because what they turn on is not modelled.
  var unmodelled: [String] = []
  /// Keys of what is left out where they are there, and a sentence about it.
  var notes: [Note] = []
  /// Other names of keys, as paths: the first that is there counts.
  var names: [String: [String]] = [:]

  struct Note: Sendable {
    var key: String
    var sentence: String
  }

  enum AttentionKeys: Sendable {
    case grouped(GroupedKeys)
    case latent(LatentKeys)
    /// DeepSeek V4; the layers' ratios are in `compress_ratios`.
    case compressed
  }

  struct GroupedKeys: Sendable {
    var inputBias: Flag = .never
    var outputBias: Flag = .never
    var headNorms: Flag = .never
    var normsWholeWidth = false
    var hasSinks = false
    var gate = GroupedQueryAttention.Gate.none
    /// Another name of `head_dim`.
    var headDimension = "head_dim"
    /// The width of values, where the config gives it.
    var valueDimension: String?
    /// The rank of the query's down-projection.
    var queryRank: String?
    /// Keys of layers with windows, and of those without, where they have sizes of their own.
    var window = OwnKeys()
    var full = OwnKeys()
  }

  /// Sizes of one kind of layer; absent ones are as of the others.
  struct OwnKeys: Sendable {
    var heads, keyValueHeads, headDimension, valueDimension: String?
    var hasSinks: Flag = .never
    /// Values are the keys, without a projection of their own.
    var sharesKeys: Flag = .never
  }

  enum Flag: Sendable {
    case always, never
    /// A truth value of the config; absent is false.
    case key(String)
  }

  struct LatentKeys: Sendable {
    var queryRank, keyValueRank, nopeDimension, ropeDimension, valueDimension: String
    /// Has an indexer, whose keys are `index_n_heads`, `index_head_dim` and `index_topk`.
    var isSparse = false
  }

  enum MixerKeys: Sendable { case gatedDelta, kimiDelta, mamba2, lightning }

  struct MixtureKeys: Sendable {
    var experts: String
    var perToken = "num_experts_per_tok"
    var intermediateSize: String
    var shared = Shared.none
    var hasSharedGate = false
    var routingGroups: String?
    var keptGroups = "topk_group"
    /// Groups that the class has without a key; each gives one expert.
    var fixedGroups = 1
    var placement: Placement
    var hasRouterBias: RouterBias = .never
    /// The key that counts the first layers, whose experts are chosen by a table and have no router bias.
    var hashLayers: String?
    var hasExpertBiases = false
    var isGated = true
    /// The width of latent experts.
    var latentSize: String?
    var zeroExperts: String?
    /// The key that must be true for the model to have experts.
    var onlyWhere: String?
  }

  enum Shared: Sendable {
    case none
    /// So many, each as large as a routed one.
    case count(String)
    /// One of this width; absent or 0 is none.
    case width(String)
    /// One as large as a routed one.
    case one
  }

  /// Which layers have experts.
  enum Placement: Sendable {
    case everyLayer
    /// All but the first few, counted by this key; of the rest every n-th if `moe_layer_freq` says so.
    case afterDense(String)
    /// Every n-th (key `step`), but not those that the list `dense` names.
    case sparse(step: String, dense: String)
    /// Every other layer.
    case everyOther
    /// Those where the list has 1.
    case marked(String)
    /// Those that the list, or the text with commas, names.
    case named(String)
    /// Those that the list names, or without one every n-th.
    case listed(String, step: String)
    /// From one number of a layer to another (-1 or absent: to the end), every n-th.
    case between(String, String, step: String)
  }

  enum RouterBias: Sendable {
    case always, never
    /// Where this key has this text.
    case whereKey(String, is: String)
  }
}

/// What one layer is.
enum LayerRole: Hashable, Sendable {
  case full, window, chunk, mixer
  /// Sparse attention with the choice of the layer before.
  case reuse
  /// Compressed attention of this ratio.
  case ratio(Int)
  /// One part alone, with one norm.
  case only(Part)
  enum Part: Hashable, Sendable { case attention, mixer, dense, mixture }
}

/// One way in which configs say what each layer is.
enum LayerPattern: Sendable {
  /// A list with a text for each layer.
  case list(String, [String: LayerRole])
  /// A text with a character for each layer.
  case characters(String, [Character: LayerRole])
  /// A list with a number for each layer (DeepSeek V4's `compress_ratios`).
  case ratios(String)
  /// Every n-th layer has the first role, the others the second; n is the key's, or the one given.
  case everyNth(String, LayerRole, others: LayerRole, defaultStep: Int)
  /// Numbers, from 1 on, of the layers with a role, in a list of an inner object; the others see everything.
  case members(String, String, LayerRole)
  /// Windows of `sliding_window` where the flag (if given) is true, from the layer on that a key counts (if given).
  case windows(flag: String?, from: String?)

  /// The current way of Transformers.
  static let layerTypes = LayerPattern.list(
    "layer_types",
    [
      "full_attention": .full, "sliding_attention": .window, "chunked_attention": .chunk, "linear_attention": .mixer,
    ])
}
