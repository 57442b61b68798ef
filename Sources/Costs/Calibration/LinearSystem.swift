/// Small dense systems of equations.
package enum LinearSystem {
  /// Gaussian elimination with row pivoting; a singular direction gets 0.
  package static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    let count = right.count
    var rows = matrix
    var values = right
    for column in 0..<count {
      let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      values.swapAt(column, pivot)
      guard abs(rows[column][column]) > 1e-300 else { continue }
      for row in 0..<count where row > column {
        let factor = rows[row][column] / rows[column][column]
        guard factor != 0 else { continue }
        for index in column..<count { rows[row][index] -= factor * rows[column][index] }
        values[row] -= factor * values[column]
      }
    }
    for column in (0..<count).reversed() {
      for index in (column + 1)..<max(count, column + 1) { values[column] -= rows[column][index] * values[index] }
      values[column] = abs(rows[column][column]) > 1e-300 ? values[column] / rows[column][column] : 0
    }
    return values
  }
}
