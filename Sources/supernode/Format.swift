import ArgumentParser

/// How a result is printed on standard output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case table, json, csv }

/// How an answer is printed that has no one table.
enum AnswerFormat: String, ExpressibleByArgument, CaseIterable { case table, json }
