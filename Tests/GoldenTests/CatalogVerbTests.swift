import Formats
import Foundation
import Testing

/// `supernode catalog` as people use it.
@Suite struct CatalogVerbTests {
  @Test("the ten minutes of the guide work as they stand, in an empty folder")
  func guide() throws {
    let text = try String(contentsOfFile: "\(BuiltProgram.root)/Documentation/Guides/Catalog.md", encoding: .utf8)
    let start = try #require(text.range(of: "## A chip from scratch in ten minutes"))
    let end = try #require(text.range(of: "## Your own folder"))
    let commands = text[start.upperBound..<end.lowerBound].split(separator: "\n")
      .filter { $0.hasPrefix("supernode ") }
    #expect(commands.count == 4)
    let scratch = try Scratch()
    for command in commands {
      let words = command.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
        index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
      }
      let answer = try BuiltProgram.run(Array(words.dropFirst()), in: scratch.path)
      #expect(answer.code == 0, "\(command): \(answer.error)")
      if command.contains("simulate") {
        #expect(answer.error.contains("2 entries of mine/ in use: chip My chip, system My board"))
        #expect(answer.output.contains("1000 of 1000 served") || answer.output.contains("1,000 of 1,000 served"))
        #expect(
          answer.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            .contains("No published measurement of vLLM on My chip"))
      }
    }
  }

  @Test("a copy is never written over a file; what it is like and its chip must be there")
  func neverOver() throws {
    let scratch = try Scratch()
    let new = ["catalog", "new", "chip", "--like", "910B", "--name", "My NPU"]
    #expect(try BuiltProgram.run(new, in: scratch.path).code == 0)
    let file = "\(scratch.path)/mine/chips/my-npu.yaml"
    try "name: My NPU\n".write(toFile: file, atomically: true, encoding: .utf8)
    let again = try BuiltProgram.run(new, in: scratch.path)
    #expect(again.code == 1 && again.error.contains("mine/chips/my-npu.yaml: is there already"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "name: My NPU\n")
    let unlike = try BuiltProgram.run(
      ["catalog", "new", "system", "--like", "HGX H100", "--name", "B", "--chip", "no such"], in: scratch.path)
    #expect(unlike.code == 1 && unlike.error.contains("there is no chip 'no such'"))
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/mine/systems"))
  }

  @Test("numbers without a source are counted once in a warning; without their unit they are a fault")
  func plainNumbers() throws {
    let scratch = try Scratch()
    let file = try scratch.write(
      "name: Mine\nbasedOn: NVIDIA H100\nmemory: { capacity: 100 GB, bandwidth: { value: 4 TB/s } }\n",
      to: "mine/chips/mine.yaml")
    _ = try scratch.write("name: Board\nbasedOn: HGX H100\nchip: Mine\n", to: "mine/systems/board.yaml")
    let simulate = [
      "simulate", "--catalog", "mine", "--model", "Llama-3.1-8B", "--system", "Board", "--num-prompts", "5",
      "--request-rate", "1",
    ]
    let answer = try BuiltProgram.run(simulate, in: scratch.path)
    #expect(answer.code == 0, "\(answer.error)")
    #expect(
      answer.error.contains(
        "2 entries of mine/ in use: chip Mine, system Board; 2 numbers name no source, the first: "
          + "mine/chips/mine.yaml:3: memory.capacity"))
    #expect(answer.error.split(separator: "\n").filter { $0.contains("no source") }.count == 1)
    let lint = try BuiltProgram.run(["catalog", "lint", "--catalog", "mine"], in: scratch.path)
    #expect(lint.code == 0 && lint.error.contains("2 numbers name no source") && lint.output.contains("no fault"))
    try "name: Mine\nbasedOn: NVIDIA H100\nmemory: { capacity: 100, bandwidth: 4 TB/s }\n"
      .write(toFile: file, atomically: true, encoding: .utf8)
    let wrong = try BuiltProgram.run(simulate, in: scratch.path)
    #expect(wrong.code == 1 && wrong.error.contains("mine/chips/mine.yaml:3: memory.capacity"))
    let other = try BuiltProgram.run(
      ["simulate", "--catalog", "mine", "--model", "Llama-3.1-8B", "--system", "HGX H200", "--num-prompts", "5"],
      in: scratch.path)
    #expect(other.code == 0 && other.error.contains("no entry of mine/ is used by this scenario"))
  }

  @Test("a folder that is not there, or empty, is refused; of another the entries are counted")
  func folders() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: "\(scratch.path)/empty", withIntermediateDirectories: true)
    for folder in ["none", "empty"] {
      for verb in [["catalog", "list"], ["simulate", "--model", "Llama-3.1-8B", "--system", "HGX H100"]] {
        let answer = try BuiltProgram.run(verb + ["--catalog", folder], in: scratch.path)
        #expect(answer.code == 1 && answer.output == "" && answer.error.contains("supernode: \(folder): "))
      }
    }
    _ = try scratch.write("name: Mine\nbasedOn: NVIDIA H100\n", to: "mine/chips/mine.yaml")
    let answer = try BuiltProgram.run(["catalog", "list", "--catalog", "mine"], in: scratch.path)
    #expect(answer.code == 0 && answer.error == "supernode: 1 entry of mine/ in use: chip Mine\n")
    #expect(answer.output.contains("Mine"))
  }

  @Test("list filters and has its forms; show takes any part of a name and suggests")
  func listAndShow() throws {
    let systems = try BuiltProgram.run(["catalog", "list", "systems", "--chip", "910B"])
    #expect(systems.code == 0 && systems.output.contains("Atlas 800 A2") && !systems.output.contains("HGX"))
    let csv = try BuiltProgram.run(["catalog", "list", "chips", "--format", "csv"])
    #expect(csv.output.hasPrefix("name,memoryBytes,bf16TFLOPS,fp8TFLOPS,int8TOPS,fp4TFLOPS,memoryGBPerSecond,status,"))
    let json = try Node.parse(BuiltProgram.run(["catalog", "list", "--format", "json"]).output, file: "json")
    #expect(json.fields.map(\.key) == ["chips", "systems", "engines", "models", "traces", "examples"])
    #expect(try BuiltProgram.run(["catalog", "list", "--format", "csv"]).code == 2)
    #expect(try BuiltProgram.run(["catalog", "list", "models", "--chip", "910B"]).code == 2)
    #expect(try BuiltProgram.run(["catalog", "show", "910C"]).output.contains("name: Ascend 910C"))
    #expect(try BuiltProgram.run(["catalog", "show", "LLAMA-3.1-70b"]).output.contains("70,553,706,496"))
    #expect(try BuiltProgram.run(["catalog", "show", "H101"]).error.contains("did you mean 'H100'?"))
    #expect(try BuiltProgram.run(["catalog", "show", "H100"]).error.contains("chips NVIDIA H100, systems HGX H100"))
  }

  @Test("an answer on a rumour or on an announced chip says so first")
  func rumour() throws {
    for (system, words) in [
      ("920 server", "The Ascend 920 is a rumour"), ("970 server", "The Ascend 970 is announced"),
    ] {
      let answer = try BuiltProgram.run([
        "simulate", "--model", "Llama-3.1-8B", "--system", system, "--num-prompts", "5", "--request-rate", "1",
        "--format", "json",
      ])
      let result = try Node.parse(answer.output, file: "result")
      #expect(result["notes[0]"]?.text?.hasPrefix(words) == true)
    }
  }

  @Test(
    "four-bit weights are served faster than eight-bit ones where the chip multiplies them",
    arguments: ["HGX B200", "MI355X platform", "950PR server", "GB300 NVL72"])
  func fourBits(_ system: String) throws {
    func mean(_ name: String, _ format: String, _ more: [String]) throws -> Double {
      let answer = try BuiltProgram.run(
        [
          "simulate", "--model", "Qwen3-32B", "--system", system, "-tp", "2", "--quantization", format,
          "--num-prompts", "10", "--format", "json",
        ] + more)
      let result = try Node.parse(answer.output, file: "result")
      return try #require(result["\(name).mean"]?.text.flatMap { Double($0) })
    }
    // An engine whose host does not bind: steps are bound by reading weights. Prompts, by the chip's own engine.
    let loads = [
      ("timePerOutputToken", ["--engine", "vLLM", "--max-concurrency", "2"]),
      ("timeToFirstToken", ["--request-rate", "2", "--random-input-len", "8192"]),
    ]
    for (name, more) in loads {
      let eight = try mean(name, "fp8", more)
      #expect(try mean(name, "nvfp4", more) < eight)
      // Weights in MXFP4 meet activations of eight bits: prompts gain nothing, but for when they meet each other.
      #expect(try mean(name, "mxfp4", more) < eight * 1.01)
    }
  }

  @Test("a host that launches decode in pieces binds its steps, and no step of prompts")
  func pieces() throws {
    func times(_ engine: String) throws -> (first: Double, each: Double) {
      let answer = try BuiltProgram.run([
        "simulate", "--model", "Qwen3-32B", "--system", "Atlas 800 A2", "-tp", "4", "--engine", engine,
        "--max-concurrency", "1", "--num-prompts", "3", "--random-input-len", "4096", "--format", "json",
      ])
      let result = try Node.parse(answer.output, file: "result")
      func mean(_ name: String) throws -> Double { try #require(result["\(name).mean"]?.text.flatMap { Double($0) }) }
      return (try mean("timeToFirstToken"), try mean("timePerOutputToken"))
    }
    let (pieces, whole) = (try times("vLLM-Ascend"), try times("vLLM-Ascend whole graphs"))
    #expect(pieces.first == whole.first)
    // 65 graphs of 0.7 ms and 128 kernels of 55 us; the gap, the head and sampling are some 2 ms more.
    #expect(pieces.each > 0.0525 && pieces.each < 0.056 && whole.each < 0.035)
  }
}
