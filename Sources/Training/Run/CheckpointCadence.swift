import Simulation
import Units

/// How often to write a checkpoint.
///
///     CheckpointCadence.young(write: .seconds(30), between: .hours(3.09))     // 817 s
///
/// Sources: Young 1974, Daly 2006. Ignored: writes that fail.
public enum CheckpointCadence {
  /// sqrt(2 w M) of the blocking time w and the mean time between stops M.
  public static func young(write: Seconds, between stops: Seconds) -> Seconds {
    Seconds((2 * write.value * stops.value).squareRoot())
  }

  /// sqrt(2 w M) [1 + (1/3) sqrt(w / 2M) + (1/9)(w / 2M)] − w for w < 2M, else M.
  public static func daly(write: Seconds, between stops: Seconds) -> Seconds {
    guard write.value < 2 * stops.value else { return stops }
    let ratio = write.value / (2 * stops.value)
    let factor = 1 + ratio.squareRoot() / 3 + ratio / 9
    return Seconds(young(write: write, between: stops).value * factor - write.value)
  }

  /// First-order share of time lost: w/T + T/(2M) + R/M for an interval T and a restart of R.
  public static func lostShare(
    interval: Seconds, write: Seconds, restart: Seconds, between stops: Seconds
  ) -> Double {
    write / interval + interval / (stops * 2) + restart / stops
  }
}
