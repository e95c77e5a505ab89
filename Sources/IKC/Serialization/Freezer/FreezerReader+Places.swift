/// How a place is reached from the text's variable.
typealias FreezerPath = [FreezerStep]

/// One step to a place.
enum FreezerStep {
  case index(Int)
  case key(Value.Hash.Key)
  /// To what the reference refers to.
  case target
}

extension FreezerReader {
  /// Reads how a place is named.
  mutating func readPath() throws(IKCError) -> FreezerPath {
    // For each `${` whether a backslash undoes it.
    var open: [Bool] = []
    while cursor.skip("${") { open.append(cursor.skip(ascii: "\\")) }
    guard cursor.skip(FreezerText.variable), cursor.next != UInt8(ascii: ":") else {
      throw cursor.failure("has something other than a value or a place in it")
    }
    var path: FreezerPath = []
    while let next = cursor.next {
      if next == UInt8(ascii: "}"), let isUndone = open.popLast() {
        cursor.advance()
        if !isUndone { path.append(.target) }
        continue
      }
      if cursor.skip("->") {
        guard let step = try readSubscript() else { throw cursor.failure("has an arrow to nowhere") }
        path.append(step)
      } else if !path.isEmpty, let step = try readSubscript() {
        path.append(step)
      } else {
        break
      }
    }
    guard open.isEmpty else { throw cursor.failure("has an open bracket in a place") }
    return path
  }

  private mutating func readSubscript() throws(IKCError) -> FreezerStep? {
    if cursor.skip(ascii: "[") {
      guard let index = cursor.number(), cursor.skip(ascii: "]") else {
        throw cursor.failure("has no index where one belongs")
      }
      return .index(index)
    }
    guard cursor.skip(ascii: "{") else { return nil }
    let key = try readKey()
    guard cursor.skip(ascii: "}") else { throw cursor.failure("has an open bracket in a place") }
    return .key(key)
  }

  /// The variable at the place. All on the way has to be there: Data::Dumper makes it first.
  mutating func resolve(_ path: FreezerPath) throws(IKCError) -> Int {
    guard var place = root else { throw nowhere }
    for step in path {
      guard case .reference(let target, _, _) = nodes[place].content else { throw nowhere }
      switch (step, nodes[target].content) {
      case (.index(let index), .array(let elements)):
        guard index < elements.count, let element = elements[index] else { throw nowhere }
        place = element
      case (.key(let key), .hash(let elements, _)):
        guard let position = position(of: key, in: target, elements) else { throw nowhere }
        place = elements[position].node
      case (.target, .array), (.target, .hash), (.target, .regexp): throw nowhere
      case (.target, _): place = target
      default: throw nowhere
      }
    }
    return place
  }

  private var nowhere: IKCError { cursor.failure("names a place that is not there") }

  /// Few elements are looked through, many are looked up.
  private mutating func position(
    of key: Value.Hash.Key, in node: Int, _ elements: [ValueGraph.Element]
  ) -> Int? {
    if elements.count <= 8 { return elements.firstIndex { $0.key == key } }
    if let known = positions[node] { return known[key] }
    var table: [Value.Hash.Key: Int] = [:]
    for (position, element) in elements.enumerated() { table[element.key] = position }
    positions[node] = table
    return table[key]
  }
}
