/// The words of a pasted command as options: what starts it (docker, mpirun, settings of the environment) is left out,
/// and the program's own name becomes the engine.
enum PastedProgram {
  private static let programs: Set = ["vllm", "sglang", "trtllm-serve", "python", "python3"]
  private static let containers: Set = ["docker", "podman", "nerdctl"]
  /// What stands before a program, with options of its own.
  private static let launchers: Set = [
    "mpirun", "srun", "numactl", "taskset", "nohup", "sudo", "env", "trtllm-llmapi-launch",
  ]
  /// Parts of names of images that start vLLM with what follows.
  private static let images = ["/vllm-openai", "vllm-openai:", "rocm/vllm"]

  /// Options of ours may stand before the pasted command, and settings of the environment too.
  static func options(of words: ArraySlice<String>) -> ArraySlice<String> {
    let words = withoutLauncher(words)
    for start in words.indices where programs.contains(program(words[start])) {
      guard let rest = withoutProgram(named(words[start...])) else { continue }
      let before = words[..<start].filter { word in
        word.hasPrefix("-") || !word.contains("=") || word.first?.isUppercase != true
      }
      // An engine that was asked for before the command wins.
      let isNamed = before.contains { $0 == "--engine" || $0.hasPrefix("--engine=") }
      return (before + (isNamed && rest.first == "--backend" ? Array(rest.dropFirst(2)) : rest))[...]
    }
    return words
  }

  /// `/usr/bin/python3` as `python3`.
  private static func program(_ word: String) -> String {
    word.hasPrefix("/") ? word.split(separator: "/").last.map(String.init) ?? word : word
  }

  /// The words from the program on, and what stands before the launcher.
  private static func withoutLauncher(_ words: ArraySlice<String>) -> ArraySlice<String> {
    let isStart = { (word: String) in launchers.contains(word) || containers.contains(word) }
    guard let start = words.firstIndex(where: isStart) else { return words }
    let (before, rest) = (words[..<start], words[start...])
    if rest.contains(where: containers.contains), let image = rest.firstIndex(where: startsVLLM) {
      let command = rest[(image + 1)...]
      let isWhole = command.first.map { programs.contains(program($0)) } ?? false
      return before + (isWhole ? [] : ["vllm", "serve"]) + command
    }
    let first = rest.indices.first {
      programs.contains(program(rest[$0])) && withoutProgram(named(rest[$0...])) != nil
    }
    return first.map { before + rest[$0...] } ?? words
  }

  private static func startsVLLM(_ image: String) -> Bool {
    !image.hasPrefix("-") && !image.hasPrefix("/") && images.contains { image.contains($0) }
  }

  /// With the program's name in place of its path.
  private static func named(_ words: ArraySlice<String>) -> [String] {
    words.first.map { [program($0)] + words.dropFirst() } ?? []
  }

  /// A command of an engine's own as our options; nil of what is none. A server's model has no option.
  private static func withoutProgram(_ words: [String]) -> [String]? {
    guard let program = words.first, programs.contains(program) else { return nil }
    func begins(_ beginning: String...) -> Bool { words.starts(with: beginning) }
    func server(after count: Int, engine: String) -> [String] {
      let rest = words.dropFirst(count)
      let named = rest.first.map { !$0.hasPrefix("-") } ?? false
      let options = named ? ["--model"] + rest : Array(rest)
      if options.contains("--engine") { return options }
      // On Ascend vLLM is its plugin, which --engine vllm would leave.
      return [engine == "vllm" ? "--backend" : "--engine", engine] + options
    }
    if begins("vllm", "bench", "serve") { return Array(words.dropFirst(3)) }
    if begins("vllm", "bench", "latency") { return batch(words.dropFirst(3), engine: "vllm") }
    if begins("vllm", "bench", "throughput") { return ["--backend", "vllm"] + words.dropFirst(3) }
    if begins("vllm", "serve") { return server(after: 2, engine: "vllm") }
    if begins("sglang", "serve") { return server(after: 2, engine: "sglang") }
    if begins("trtllm-serve", "serve") { return server(after: 2, engine: "trtllm") }
    if begins("trtllm-serve") { return server(after: 1, engine: "trtllm") }
    guard program.hasPrefix("python"), words.count > 1 else { return nil }
    switch words[1] == "-m" ? words.dropFirst(2).first ?? "" : words[1] {
    case "sglang.bench_serving": return Array(words.dropFirst(3))
    case "sglang.bench_one_batch": return batch(words.dropFirst(3), engine: "sglang")
    case "sglang.launch_server": return server(after: 3, engine: "sglang")
    case "vllm.entrypoints.openai.api_server": return server(after: 3, engine: "vllm")
    case let script where script.hasSuffix("benchmark_serving.py"): return Array(words.dropFirst(2))
    default: return nil
    }
  }

  /// A benchmark of one batch: all of it comes at once. What is not said is as vLLM's benchmark of latency has it.
  private static func batch(_ words: ArraySlice<String>, engine: String) -> [String] {
    var options = words.map { word -> String in
      for name in ["--batch-size", "--batch_size", "--batch"] {
        if word == name { return "--num-prompts" }
        if word.hasPrefix("\(name)=") { return "--num-prompts" + word.dropFirst(name.count) }
      }
      return word
    }
    for (name, value) in [("--num-prompts", 8), ("--input-len", 32), ("--output-len", 128)] {
      let given = [name, name.replacing("-len", with: "_len").replacing("-prompts", with: "_prompts")]
      if !options.contains(where: { word in given.contains { word == $0 || word.hasPrefix("\($0)=") } }) {
        options.append("\(name)=\(value)")
      }
    }
    return [engine == "vllm" ? "--backend" : "--engine", engine] + options
  }
}
