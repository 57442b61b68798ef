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
  /// Where the config names no width of dense layers: so many hidden sizes.
  var denseFactor: Int?
  /// Both products of a dense layer have biases.
  var denseHasBiases = false
  /// Positions are a table beside the embedding.
  var learnsPositions = false
  /// The key that counts the multi-token-prediction layers; nil if the class has none.
  var multiTokenPrediction: String?
  var normsPerLayer = 2
  /// Where the config does not say whether embedding and head are one table.
  var isTied = false
  /// Several residual streams are mixed before and after each half of a layer: the key that counts them.
  var residualStreams: String?
  /// Keys that must be absent, null, false or zero, because what they turn on is not modelled.
  var unmodelled: [String] = []
  /// Keys of what is left out where they are there, and a sentence about it.
  var notes: [Note] = []
  /// What this class calls a field that the table knows by another name: several divided by `|`, a path by dots.
  var names: [String: String] = [:]
  /// The same where a layer of this role is read.
  var roleNames: [LayerRole: [String: String]] = [:]
  /// A JSON object with what the class takes where the config says nothing.
  var defaults = "{}"
  /// Norms have a bias beside their weight.
  var normsHaveBias = false
  /// The head's bias.
  var headBias: Flag = .never
  /// Norms of the hidden state that a layer with experts has beside `normsPerLayer`.
  var mixtureNorms = 0
  /// Layers of attention and feed-forward that one counted layer is made of (LongCat: 2).
  var layersEach = 1
  /// The key that counts the last layers, which read the cache of an earlier one (Gemma 4's small models).
  var reusingLast: String?
  /// Each layer has an embedding of its own (Gemma 4's small models): the key with its width.
  var layerEmbedding: String?
  /// Tables of word groups beside the embedding (LongCat-Flash-Lite): the key with their rows over the vocabulary's.
  var groupTables: String?

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
    var normsAcrossHeads = false
    var hasSinks: Flag = .never
    var gate = GroupedQueryAttention.Gate.none
    /// Another name of `head_dim`.
    var headDimension = "head_dim"
    /// Of values, where it differs.
    var valueDimension: String?
    /// Of a query that is projected down and up.
    var queryRank: String?
    /// In layers that see everything, keys stand for values too where this key is true (Gemma 4).
    var keysAreValues: String?
  }

  enum Flag: Sendable {
    case always, never
    /// A truth value of the config; absent is false.
    case key(String)
  }

  struct LatentKeys: Sendable {
    var queryRank, keyValueRank, nopeDimension, ropeDimension, valueDimension: String
    /// A gate for each head, or on every element of the output where this key is true.
    var headGate = false
    var elementGate: String?
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
    /// No layer has experts unless this key is set.
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
    /// The first of every two.
    case everySecond
    /// All but the first few, counted by this key; of the rest every n-th if `moe_layer_freq` says so.
    case afterDense(String)
    /// Every n-th (key `step`), but not those that the list `dense` names.
    case sparse(step: String, dense: String)
    /// Those that the list names, or without one every n-th.
    case listed(String, step: String)
    /// Those whose numbers a text or a list names; without it all but the first few, counted by the second key.
    case named(String, afterDense: String)
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
  /// Attention and a state mixer side by side.
  case both
  /// Attention over the cache of an earlier layer.
  case borrowed
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
  /// Numbers, from 0 on, of the layers with a role; the others have the second.
  case indices(String, LayerRole, others: LayerRole)
  /// A list with an object for each layer, whose sizes search has found (Nemotron's pruned models).
  case blocks(String)
  /// Where the flag is true, each layer but every n-th (n is the key's) reads the cache of the one before.
  case sharing(flag: String, factor: String)
  /// The first so many layers and every n-th after them choose what they read, the others reuse that (GLM-5.2).
  case indexed(step: String, offset: String)
  /// Every layer has this role.
  case every(LayerRole)
  /// Numbers, from 1 on, of the layers with a role, in a list of an inner object; the others see everything.
  case members(String, String, LayerRole)
  /// Windows of `sliding_window` where the flag (if given) is true, from the layer on that a key counts (if given).
  case windows(flag: String?, from: String?)

  /// The current way of Transformers.
  static let layerTypes = LayerPattern.list(
    "layer_types",
    [
      "full_attention": .full, "sliding_attention": .window, "chunked_attention": .chunk, "linear_attention": .mixer,
      "attention": .full, "mamba": .mixer, "global": .full, "local": .window, "sliding_window": .window,
    ])
}
