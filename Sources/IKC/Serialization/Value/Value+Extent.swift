extension Value {
  /// Counts the value and everything in it, as often as it occurs, down from `budget`.
  ///
  /// - Parameter depth: how many levels it may have.
  /// - Returns: false where the budget does not suffice, or it is deeper.
  func fits(_ budget: inout Int, depth: Int) -> Bool {
    budget -= 1
    guard budget >= 0, depth >= 0 else { return false }
    switch self {
    case .array(let elements):
      for element in elements where !element.fits(&budget, depth: depth - 1) { return false }
      return true
    case .hash(let elements):
      for element in elements where !element.value.fits(&budget, depth: depth - 1) { return false }
      return true
    case .reference(let referent):
      return referent.fits(&budget, depth: depth - 1)
    case .special(let special):
      return special.parts.allSatisfy { $0.fits(&budget, depth: depth - 1) }
    case .undef, .bool, .int, .uint, .double, .bytes, .string:
      return true
    }
  }
}

extension Value.Special {
  /// The values inside.
  fileprivate var parts: [Value] {
    switch self {
    case .object(let object): [object.content]
    case .hook(let hook): hook.references
    case .version(let version): [version.value]
    case .tied(let tied): [tied.object]
    case .tiedElement(let element): [element.object]
    case .weak(let value): [value]
    case .regexp, .malformedText: []
    }
  }
}
