#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Maps values to a stretch of the picture, with round marks.
struct Axis {
  var marks: [Double]
  private let low: Double
  private let high: Double
  private let from: Double
  private let to: Double
  private let isLogarithmic: Bool

  func position(_ value: Double) -> Double {
    let (value, low, high) =
      isLogarithmic ? (log10(max(value, self.low)), log10(self.low), log10(self.high)) : (value, self.low, self.high)
    guard high > low else { return from }
    return from + (to - from) * (value - low) / (high - low)
  }

  /// From 0 to a round number not below `maximum`, with three to six marks.
  static func linear(maximum: Double, from: Double, to: Double) -> Axis {
    let maximum = maximum > 0 ? maximum : 1
    var step = pow(10, floor(log10(maximum)))
    while maximum / step < 3 { step /= 2 }
    while maximum / step > 6 { step *= 2 }
    let count = Int((maximum / step).rounded(.up))
    return Axis(
      marks: (0...count).map { Double($0) * step }, low: 0, high: Double(count) * step, from: from, to: to,
      isLogarithmic: false)
  }

  /// Whole decades around the values, marked at each; thirds of one where there are few.
  static func logarithmic(_ values: [Double], from: Double, to: Double) -> Axis {
    let positive = values.filter { $0 > 0 }
    let low = floor(log10(positive.min() ?? 1))
    let high = max(ceil(log10(positive.max() ?? 10)), low + 1)
    let decades = Int(high - low)
    var marks = (0...decades).map { pow(10, low + Double($0)) }
    if decades <= 2 { marks = marks.dropLast().flatMap { [$0, $0 * 3] } + [pow(10, high)] }
    return Axis(marks: marks, low: pow(10, low), high: pow(10, high), from: from, to: to, isLogarithmic: true)
  }
}
