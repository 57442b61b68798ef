import ArgumentParser

/// How a result is printed on standard output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case table, json, csv }
