/// A JSON text as it stands: numbers are still text, members keep their order.
enum JSONTree {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONTree])
  case object([Member])

  struct Member {
    let name: String
    let value: JSONTree
  }

  /// The member of that name; of several the last one.
  subscript(name: String) -> JSONTree? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  var array: [JSONTree]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The number, where it is an integer.
  var integer: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }
}
