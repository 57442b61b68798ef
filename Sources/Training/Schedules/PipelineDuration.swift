/// The time of a pipeline from its stages' times alone, without a list of steps.
///
/// A pipeline's time is the longest path through its steps. Under 1F1B the steady state repeats every micro-batch, and
/// whatever way a path takes round some ranks in it, it gains no more than by staying on the slowest of them: so each
/// path that can be longest enters one rank, stays, and leaves. Documentation/Models/Training.md, section 2.
enum PipelineDuration {
  /// 1F1B, sends among the stages' times; exact for any times, cost grows with the number of ranks alone.
  ///
  /// - Parameters:
  ///   - forward: seconds of each rank's forward of one micro-batch, and of its whole backward.
  static func oneForwardOneBackward(_ forward: [Double], _ backward: [Double], microbatches count: Int) -> Double {
    let ranks = forward.count
    // Paths up through forwards of the warm-up to a rank and down again by backwards; and their mirror at the end.
    var entries = [Double](repeating: 0, count: ranks), exits = entries
    var forwards = 0.0, backwards = 0.0, slowForward = 0.0, slowBackward = 0.0
    let turn = ranks - count
    var least = 0.0, behind = (0.0, 0.0)
    for rank in 0..<ranks {
      if rank == turn { behind = (forwards, backwards) }
      forwards += forward[rank]
      backwards += backward[rank]
      slowForward = max(slowForward, forward[rank])
      slowBackward = max(slowBackward, backward[rank])
      let above = Double(ranks - 1 - rank)
      entries[rank] = forwards + backwards + above * slowForward
      exits[rank] = forwards + backwards + above * slowBackward
      guard rank == turn else { continue }
      // Too few micro-batches for a steady state on this rank: all forwards, then all backwards.
      let others = Double(count - 1)
      least = forwards + backwards + others * (slowForward + slowBackward)
      behind = (behind.0 + others * slowForward, behind.1 + others * slowBackward)
    }
    return longest(
      Paths(forward: forward, backward: backward, entries: entries, exits: exits), count, least: least, behind: behind,
      sums: (forwards, backwards))
  }

  private struct Paths {
    let forward: [Double], backward: [Double]
    let entries: [Double], exits: [Double]
  }

  /// Of the paths that stay on a rank, from the last to the first.
  private static func longest(
    _ paths: Paths, _ count: Int, least: Double, behind: (Double, Double), sums: (Double, Double)
  ) -> Double {
    let ranks = paths.forward.count
    var (below, under) = sums
    var entry = 0.0, exit = 0.0, best = least
    var rank = ranks - 1
    while rank >= max(0, ranks - count) {
      below -= paths.forward[rank]
      under -= paths.backward[rank]
      entry = max(entry, paths.entries[rank])
      exit = max(exit, paths.exits[rank])
      if rank > ranks - count {
        let own = paths.forward[rank] + paths.backward[rank]
        best = max(best, entry - under + exit - below + Double(count - 1 - ranks + rank) * own)
      } else {
        best = max(best, max(entry - under + behind.1, exit - below + behind.0))
      }
      rank -= 1
    }
    return best
  }

  /// GPipe: all forwards, then all backwards.
  static func gPipe(_ forward: [Double], _ backward: [Double], microbatches count: Int) -> Double {
    let sum = forward.reduce(0, +) + backward.reduce(0, +)
    return sum + Double(count - 1) * ((forward.max() ?? 0) + (backward.max() ?? 0))
  }

  /// No pipeline is faster: a rank works on all micro-batches, and before its first forward and after its last
  /// backward one passes the ranks before it.
  static func bound(_ forward: [Double], _ backward: [Double], ranks: Int, microbatches count: Int) -> Double {
    var before = 0.0, best = 0.0
    for rank in 0..<ranks {
      var own = 0.0
      for stage in stride(from: rank, to: forward.count, by: ranks) { own += forward[stage] + backward[stage] }
      best = max(best, before + Double(count) * own)
      before += forward[rank] + backward[rank]
    }
    return best
  }
}
