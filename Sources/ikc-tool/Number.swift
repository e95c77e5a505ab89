/// A number as Perl has them: an integer as long as it fits, a floating point number from then on.
struct Number: Codable {
  private enum Form {
    case integer(Int64)
    case double(Double)
  }

  private let form: Form

  /// Zero.
  init() { form = .integer(0) }

  private init(_ form: Form) { self.form = form }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let integer = try? container.decode(Int64.self) {
      form = .integer(integer)
    } else {
      form = .double(try container.decode(Double.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch form {
    case .integer(let integer): try container.encode(integer)
    case .double(let double): try container.encode(double)
    }
  }

  private var double: Double {
    switch form {
    case .integer(let integer): Double(integer)
    case .double(let double): double
    }
  }

  static func + (left: Number, right: Number) -> Number {
    if case .integer(let first) = left.form, case .integer(let second) = right.form {
      let (sum, overflow) = first.addingReportingOverflow(second)
      if !overflow { return Number(.integer(sum)) }
    }
    return Number(.double(left.double + right.double))
  }
}
