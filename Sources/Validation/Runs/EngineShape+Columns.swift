import Units

/// Parallel widths as a row prints them; an empty cell is nil.
public struct ParallelColumns: Sendable, Hashable {
  public var tensor: Int?
  public var pipeline: Int?
  public var attentionData: Int?
  public var expertTensor: Int?
  public var expert: Int?

  public init(
    tensor: Int? = nil, pipeline: Int? = nil, attentionData: Int? = nil, expertTensor: Int? = nil, expert: Int? = nil
  ) {
    self.tensor = tensor
    self.pipeline = pipeline
    self.attentionData = attentionData
    self.expertTensor = expertTensor
    self.expert = expert
  }
}

extension EngineShape {
  /// The shape of one engine by the columns of an aggregated run; some publishers print products of the real widths.
  ///
  /// With n the larger of tensor and attention data parallel, the first that fits:
  /// 1. attention data parallel is given and MoE tensor = MoE expert = k > 1 with k · k = n: k chips, experts over k,
  ///    attention data parallel k if it was above 1, else tensor parallel k;
  /// 2. tensor = attention data = t > 1 and MoE expert = t²: t chips, experts over t, no attention data parallel;
  /// 3. attention data parallel is empty and MoE tensor · MoE expert > tensor: as many chips as that product, attention
  ///    data parallel the ratio;
  /// 4. as written.
  public init(aggregated columns: ParallelColumns) {
    let tensor = columns.tensor ?? 1
    let pipeline = columns.pipeline ?? 1
    let data = columns.attentionData ?? 1
    let expertTensor = columns.expertTensor ?? 1
    let expert = columns.expert ?? 1
    let widest = max(tensor, data)
    if columns.attentionData != nil, expertTensor == expert, expert > 1, expert * expert == widest {
      self.init(
        chips: expert * pipeline, tensor: data > 1 ? 1 : expert, attentionData: data > 1 ? expert : 1, expert: expert,
        pipeline: pipeline)
    } else if tensor > 1, columns.attentionData == tensor, expert == tensor * tensor {
      self.init(chips: tensor * pipeline, tensor: tensor, expert: tensor, pipeline: pipeline)
    } else if columns.attentionData == nil, expertTensor * expert > tensor {
      let chips = expertTensor * expert
      self.init(
        chips: chips * pipeline, tensor: tensor, attentionData: chips / tensor, expertTensor: expertTensor,
        expert: expert, pipeline: pipeline)
    } else {
      self.init(
        chips: tensor * data * pipeline, tensor: tensor, attentionData: data, expertTensor: expertTensor,
        expert: expert, pipeline: pipeline)
    }
  }

  /// The shape of a worker of a run with the phases apart.
  ///
  /// Attention data parallel = MoE tensor > 8 with MoE expert = 1 is an engine with its experts over all ranks; else as
  /// written, the ranks being what attention needs or what the experts need, whichever is more.
  public init(worker columns: ParallelColumns) {
    let tensor = columns.tensor ?? 1
    let pipeline = columns.pipeline ?? 1
    let data = columns.attentionData ?? 1
    var expertTensor = columns.expertTensor ?? 1
    var expert = columns.expert ?? 1
    if data > 8, expertTensor == data, expert == 1 {
      expert = data
      expertTensor = 1
    }
    let ranks = max(tensor * data, expertTensor * expert)
    self.init(
      chips: ranks * pipeline, tensor: tensor, attentionData: ranks / max(1, tensor), expertTensor: expertTensor,
      expert: expert, pipeline: pipeline)
  }
}
