extension Value {
  /// Notes that the object's class overloads operators.
  mutating func markOverloaded() {
    switch self {
    case .special(.object(var object)):
      object.isOverloaded = true
      self = .special(.object(object))
    case .special(.hook(var hook)):
      hook.isOverloaded = true
      self = .special(.hook(hook))
    default: break
    }
  }

  /// Whether this is an object whose class overloads operators.
  var isOverloaded: Bool {
    switch self {
    case .special(.object(let object)): object.isOverloaded
    case .special(.hook(let hook)): hook.isOverloaded
    default: false
    }
  }
}
