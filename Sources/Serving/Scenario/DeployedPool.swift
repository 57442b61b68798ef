import Costs
import Hardware

/// A pool of a deployment: instances of one kind, with the step of one of them and its memory.
public struct DeployedPool: Sendable {
  /// As reports call it; unique in a deployment.
  public var name: String
  public var role: EnginePool.Role
  public var instances: Int
  /// Packages in an instance.
  public var chips: Int
  /// System, chip and engine of its instances.
  public var machine: Machine
  public var model: StepModel
  /// Of one die.
  public var memory: MemoryPlan
  /// Requests that decode on a rank at once; 0 where only prompts are computed.
  public var maxRequestsPerRank: Int
  /// New tokens of prompts in a step of a rank; 0 where none are computed.
  public var maxTokensPerRank: Int

  public init(
    name: String, role: EnginePool.Role, instances: Int, chips: Int, machine: Machine, model: StepModel,
    memory: MemoryPlan, maxRequestsPerRank: Int, maxTokensPerRank: Int
  ) {
    self.name = name
    self.role = role
    self.instances = instances
    self.chips = chips
    self.machine = machine
    self.model = model
    self.memory = memory
    self.maxRequestsPerRank = maxRequestsPerRank
    self.maxTokensPerRank = maxTokensPerRank
  }
}
