import Formats
import Units

/// Asks the models for what a published row measures.
public struct Predictor: Sendable {
  let catalog: Catalog
  public init(catalog: Catalog) { self.catalog = catalog }

  public func predict(_ row: PublishedRow) -> Prediction { .unsupported("not yet") }
  func constants() throws -> [ValidationReport.Constant] { [] }
  func refits(of outcomes: [Outcome]) throws -> [ValidationReport.Refit] { [] }
}
