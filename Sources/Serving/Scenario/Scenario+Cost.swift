import Units

extension Scenario {
  /// What energy and hardware cost; a field that is left out keeps its default, which `Deployment.prices` says.
  public struct CostAssumptions: Decodable, Sendable {
    /// Price of energy, such as 0.08 USD/kWh or 0.6 CNY/kWh; absent: 0.08 USD/kWh, or none where chips are rented.
    public var electricity: Amount<Per<Money, Energy>>?
    /// Power drawn by the building over power drawn by the system; absent: 1.2.
    public var powerUsageEffectiveness: Double?
    /// Time over which the system's price is written off, in equal parts; absent: four years.
    public var amortization: Seconds?
    /// Replaces the catalog's price of the whole system.
    public var systemPrice: Amount<Money>?
    /// Of one chip, as clouds sell it: 2 USD/h. It stands for hardware and electricity both.
    public var rent: Amount<Per<Money, Time>>?
    /// In which results are told beside US dollars.
    public var currency: Currency?
    /// Chinese yuan for a US dollar; absent: 7.15.
    public var exchangeRate: Double?
    /// Of the exchange rate.
    public var exchangeDate: String?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case electricity, powerUsageEffectiveness, amortization, systemPrice, rent, currency, exchangeRate, exchangeDate
    }

    public enum Currency: String, Codable, Sendable, CaseIterable { case usd = "USD", cny = "CNY" }

    /// What is taken where a field is left out: our judgement, within what public calculators of cost take.
    public static let usualElectricity = DollarsPerJoule(0.08 / 3.6e6)
    public static let usualEffectiveness = 1.2
    public static let usualAmortization = Seconds.hours(4 * 8766)

    public init() {}

    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      electricity = try fields.decodeIfPresent(Amount<Per<Money, Energy>>.self, forKey: .electricity)
      powerUsageEffectiveness = try fields.decodeIfPresent(Double.self, forKey: .powerUsageEffectiveness)
      amortization = try fields.decodeIfPresent(Seconds.self, forKey: .amortization)
      systemPrice = try fields.decodeIfPresent(Amount<Money>.self, forKey: .systemPrice)
      rent = try fields.decodeIfPresent(Amount<Per<Money, Time>>.self, forKey: .rent)
      currency = try fields.decodeIfPresent(Currency.self, forKey: .currency)
      exchangeRate = try fields.decodeIfPresent(Double.self, forKey: .exchangeRate)
      exchangeDate = try fields.decodeIfPresent(String.self, forKey: .exchangeDate)
      try check()
    }

    private func check() throws {
      var faults: [Problem] = []
      func refuse(_ isWrong: Bool, _ fault: String, _ wayOut: String) {
        if isWrong { faults.append(Problem("", fault, wayOut: wayOut)) }
      }
      for (name, value) in [
        ("electricity", electricity?.value.value), ("systemPrice", systemPrice?.value.value),
        ("rent", rent?.value.value),
      ] {
        refuse((value ?? 0) < 0, "\(name) is negative", "give a price from 0 on")
      }
      refuse(!((amortization?.value ?? 1) > 0), "amortization is not positive", "give a time such as 4 years")
      refuse(
        !((powerUsageEffectiveness ?? 1) >= 1), "powerUsageEffectiveness is below 1",
        "give what the building draws "
          + "over what the system draws, such as 1.2")
      refuse(!((exchangeRate ?? 1) > 0), "exchangeRate is not positive", "give yuan for a dollar, such as 7.15")
      refuse(
        rent != nil && systemPrice != nil, "rent and systemPrice are both given", "leave one of them out")
      guard faults.isEmpty else { throw Problems(faults) }
    }
  }

  /// A price in US dollars or Chinese yuan, such as `8.2 MUSD`, `0.6 CNY/kWh`.
  public struct Amount<D: Dimension>: Decodable, Sendable {
    /// As written, the number of the currency it is in.
    public var value: Quantity<D>
    public var currency: CostAssumptions.Currency

    public init(_ value: Quantity<D>, _ currency: CostAssumptions.Currency = .usd) {
      self.value = value
      self.currency = currency
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let text = try container.decode(String.self)
      currency = text.contains("CNY") ? .cny : .usd
      do { value = try Quantity(text: text.replacing("CNY", with: "USD")) } catch let problem {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: problem.description, underlyingError: problem))
      }
    }

    /// - Parameter rate: yuan for a dollar.
    func dollars(_ rate: Double) -> Quantity<D> { currency == .usd ? value : value / rate }
  }
}
