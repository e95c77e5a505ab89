/// A whole number with its digits in groups of three.
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var at = digits.count - 3
  while at > 0 {
    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
    at -= 3
  }
  return (number < 0 ? "-" : "") + digits
}

/// A number with a fixed count of decimals, in groups of three before the point.
func formatted(_ number: Double, decimals: Int = 0) -> String {
  guard number.isFinite else { return "–" }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = (number.magnitude * scale).rounded()
  guard scaled < 1e18 else { return "–" }
  let whole = Int(scaled) / Int(scale)
  let sign = number < 0 && scaled > 0 ? "-" : ""
  guard decimals > 0 else { return sign + grouped(whole) }
  let rest = String(Int(scaled) % Int(scale))
  return sign + grouped(whole) + "." + String(repeating: "0", count: decimals - rest.count) + rest
}

/// A number with as many decimals as three significant digits need.
func significant(_ number: Double) -> String {
  formatted(number, decimals: number.magnitude < 10 ? 2 : number.magnitude < 100 ? 1 : 0)
}

/// A ratio: two decimals where they say enough, more for the small and none for the large.
func ratioText(_ ratio: Double) -> String {
  formatted(ratio, decimals: ratio < 0.1 ? 3 : ratio < 100 ? 2 : 0)
}

/// A number with two decimals at most, and none that are zeros at the end.
func shortest(_ number: Double) -> String {
  let text = formatted(number, decimals: 2)
  guard text.contains(".") else { return text }
  let trimmed = text.reversed().drop { $0 == "0" }
  return String((trimmed.first == "." ? trimmed.dropFirst() : trimmed).reversed())
}
