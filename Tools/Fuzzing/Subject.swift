import Formats
import Foundation
import Simulation

/// One kind of input: where it comes from, and what is done with it.
struct Subject: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case serving, supply, config, mooncake, bailian, azure, burstgpt, vidur, splitwise, csv, aiperf, vllm, text,
      sharegpt, inputs,
      servegen, gzip, measurements, runs, estimates, budgets, chips, systems, engines, traces, supplyFiles,
      calibrations,
      commands
  }

  let kind: Kind
  let seeds: [[UInt8]]
  /// The same as trees, where they are documents.
  private let trees: [Tree]

  init(_ kind: Kind, corpus: Corpus) throws {
    self.kind = kind
    seeds = try corpus.seeds(of: kind)
    guard !seeds.isEmpty else { throw FuzzError("there is nothing to begin with for \(kind.rawValue)") }
    trees =
      kind.isDocument
      ? seeds.compactMap { bytes in
        (try? Node.parse(String(decoding: bytes, as: UTF8.self), file: "seed")).map(Tree.init)
      } : []
  }

  /// The input of that number: the same for the same seed, number and corpus.
  func input(seed: UInt64, number: Int) -> [UInt8] {
    var stream = Seed(seed).stream(kind.rawValue).substream(UInt64(number))
    let place = stream.below(seeds.count)
    let mutations = stream.small(8)
    var text = TextMutation(stream: stream.substream(0), others: seeds)
    if !trees.isEmpty, stream.below(10) < 6 {
      var tree = trees[stream.below(trees.count)]
      var mutation = TreeMutation(text: text, others: trees)
      for _ in 0..<mutations { tree = mutation.apply(to: tree) }
      var bytes = Array(tree.document.utf8.prefix(TextMutation.most))
      if stream.isOne(in: 8) { mutation.text.apply(to: &bytes) }
      return bytes
    }
    var bytes = seeds[place]
    for _ in 0..<mutations { text.apply(to: &bytes) }
    return bytes
  }
}

extension Subject.Kind {
  var isDocument: Bool {
    switch self {
    case .serving, .supply, .config, .budgets, .chips, .systems, .engines, .traces, .supplyFiles, .calibrations: true
    default: false
    }
  }

  /// How the file is called.
  var fileName: String {
    switch self {
    case .config: "config.json"
    case .mooncake, .bailian, .aiperf, .text: "trace.jsonl"
    case .vllm, .sharegpt, .inputs: "trace.json"
    case .azure, .burstgpt, .vidur, .splitwise, .csv: "trace.csv"
    case .gzip: "trace.jsonl.gz"
    case .measurements, .runs, .estimates: "rows.csv"
    case .servegen: "clients.txt"
    case .commands: "command.txt"
    default: "input.yaml"
    }
  }
}

/// Something wrong with the driver or its surroundings.
struct FuzzError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
