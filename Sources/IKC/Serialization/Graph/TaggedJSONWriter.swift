/// Writes a graph as tagged JSON: every Perl scalar an object with its type in `t`.
struct TaggedJSONWriter: ~Copyable {
  private let graph: ValueGraph
  private var json: JSONWriter
  /// By node: how often an element, and how often a reference, leads there.
  private var slots: [Int]
  private var references: [Int]
  private var ids: [Int: Int] = [:]

  private init(_ graph: ValueGraph, maximumSize: Int) {
    self.graph = graph
    json = JSONWriter(maximumSize: maximumSize)
    slots = [Int](repeating: 0, count: graph.nodes.count)
    references = slots
  }

  /// The graph as JSON on one line.
  static func write(_ graph: ValueGraph, maximumSize: Int) throws(IKCError) -> [UInt8] {
    var writer = TaggedJSONWriter(graph, maximumSize: maximumSize)
    try writer.count()
    try writer.reference(Reference(to: graph.root), Slot(), depth: 0)
    return writer.json.bytes
  }

  /// What is said of an element beside its value.
  private struct Slot {
    var id: Int?
    var isReadOnly = false
  }

  private struct Reference {
    let target: Int
    var isWeak = false

    init(to target: Int, isWeak: Bool = false) {
      self.target = target
      self.isWeak = isWeak
    }
  }

  // MARK: Counting

  /// Finds what is led to more than once.
  private mutating func count() throws(IKCError) {
    // Elements count each time that they are met, what is behind them once.
    var pending: [(node: Int, isElement: Bool)] = []
    references[try index(graph.root)] += 1
    pending.append((graph.root, false))
    while let (node, isSlot) = pending.popLast() {
      // What is no variable can't be an element: it is taken for a reference to it.
      let isElement = isSlot && graph.nodes[node].content.isVariable
      if isSlot, !isElement { references[node] += 1 }
      let isFirst = isElement ? slots[node] == 0 : references[node] == 1
      if isElement { slots[node] += 1 }
      if case .reference(let target, _, _) = graph.nodes[node].content {
        guard isElement || isFirst else { continue }
        references[try index(target)] += 1
        if references[target] == 1, slots[target] == 0 { pending.append((target, false)) }
        continue
      }
      guard isFirst else { continue }
      for inner in graph.held(by: node).reversed() { pending.append((try index(inner), true)) }
      if case .hook(let hook) = graph.nodes[node].content {
        for target in hook.references { references[target] += 1 }
      }
    }
  }

  private func index(_ node: Int) throws(IKCError) -> Int {
    _ = try graph.node(node)
    return node
  }

  private func isShared(_ node: Int) -> Bool { slots[node] + references[node] > 1 }

  /// The number of a node that is shared, given with its first occurrence.
  private mutating func newID(_ node: Int) -> Int? {
    guard isShared(node) else { return nil }
    ids[node] = ids.count + 1
    return ids[node]
  }

  // MARK: Fields

  private mutating func begin(_ slot: Slot, type: StaticString) {
    if slot.isReadOnly { json.write("\"readonly\":true,") }
    if let id = slot.id { field("sid", id) }
    json.write("\"t\":\"")
    json.write(type)
    json.write("\"")
  }

  private mutating func end(isWeak: Bool = false) throws(IKCError) {
    json.write(isWeak ? ",\"weak\":true}" : "}")
    try json.check()
  }

  private mutating func field(_ name: StaticString, _ number: Int) {
    json.write("\"")
    json.write(name)
    json.write("\":")
    json.write(raw: String(number))
    json.write(",")
  }

  private mutating func field(_ name: StaticString, _ text: String) {
    json.write("\"")
    json.write(name)
    json.write("\":")
    json.write(string: text)
    json.write(",")
  }

  private mutating func content(_ text: String) {
    json.write(",\"v\":")
    json.write(string: text)
  }

  // MARK: Elements

  /// An element, which is the variable itself and may be met again.
  private mutating func element(_ node: Int?, isReadOnly: Bool = false, depth: Int) throws(IKCError) {
    guard let node else { return json.write("{\"t\":\"hole\"}") }
    let content = graph.nodes[node].content
    if content.isImmortal { return try scalar(node, Slot(isReadOnly: isReadOnly), depth: depth) }
    if !content.isVariable {
      return try reference(Reference(to: node), Slot(isReadOnly: isReadOnly), depth: depth + 1)
    }
    if let id = ids[node] {
      json.write("{")
      field("id", id)
      begin(Slot(isReadOnly: isReadOnly), type: "alias")
      return try end()
    }
    try scalar(node, Slot(id: newID(node), isReadOnly: isReadOnly), depth: depth)
  }

  /// What a variable holds.
  private mutating func scalar(_ node: Int, _ slot: Slot, depth: Int) throws(IKCError) {
    guard depth <= StorableReader.maximumDepth else {
      throw IKCError(.cannotEncode, "Tagged JSON can't be nested deeper than \(StorableReader.maximumDepth)")
    }
    switch graph.nodes[node].content {
    case .reference(let target, let isWeak, _):
      return try reference(Reference(to: target, isWeak: isWeak), slot, depth: depth + 1)
    case let content where !content.isVariable:
      return try reference(Reference(to: node), slot, depth: depth + 1)
    default: break
    }
    json.write("{")
    switch graph.nodes[node].content {
    case .undef: begin(slot, type: "undef")
    case .bool(let flag):
      begin(slot, type: "bool")
      json.write(flag ? ",\"v\":true" : ",\"v\":false")
    case .immortal(let flag):
      json.write("\"immortal\":true,")
      begin(slot, type: flag == nil ? "undef" : "bool")
      if let flag { json.write(flag ? ",\"v\":true" : ",\"v\":false") }
    case .int(let number):
      begin(slot, type: "int")
      content(String(number))
    case .uint(let number):
      begin(slot, type: "uint")
      content(String(number))
    case .double(let number):
      let bits = String(number.bitPattern, radix: 16)
      field("bits", String(repeating: "0", count: 16 - bits.utf8.count) + bits)
      begin(slot, type: "double")
      content(DecimalText(number, precision: 17).string)
    case .bytes(let octets): bytes(octets, slot)
    case .text(let octets): text(octets, slot)
    case .version(let literal, let octets, let isText):
      field("literal", literal.latin1)
      begin(slot, type: "vstring")
      if isText { json.write(",\"utf8\":true") }
      content(Hexadecimal.encode(octets))
    case .tied(_, let object):
      begin(slot, type: "tied_scalar")
      json.write(",\"v\":")
      try element(object, depth: depth + 1)
    case .tiedKey(let object, let key):
      json.write("\"key\":")
      try element(key, depth: depth + 1)
      json.write(",")
      begin(slot, type: "tied_elem")
      json.write(",\"v\":")
      try element(object, depth: depth + 1)
    case .tiedIndex(let object, let index):
      field("index", index)
      begin(slot, type: "tied_elem")
      json.write(",\"v\":")
      try element(object, depth: depth + 1)
    default: break
    }
    try end()
  }

  private mutating func bytes(_ octets: ByteString, _ slot: Slot = Slot()) {
    // For people to read; the octets are given anyway.
    if 1...200 ~= octets.count, octets.withUnsafeBytes({ $0.allSatisfy { 0x20...0x7E ~= $0 } }) {
      field("ascii", octets.description)
    }
    begin(slot, type: "bytes")
    content(Hexadecimal.encode(octets))
  }

  private mutating func text(_ octets: ByteString, _ slot: Slot = Slot()) {
    begin(slot, type: "string")
    json.write(",\"utf8\":")
    json.write(string: Hexadecimal.encode(octets))
    if let text = octets.text { content(text) }
  }

  // MARK: References

  private mutating func reference(_ reference: Reference, _ slot: Slot, depth: Int) throws(IKCError) {
    let node = graph.nodes[reference.target]
    json.write("{")
    if let id = ids[reference.target] {
      field("id", id)
      begin(slot, type: "shared")
      return try end(isWeak: reference.isWeak)
    }
    if let name = node.className, name != "Regexp" || !node.content.isRegexp { field("class", name.latin1) }
    try target(reference, slot, depth: depth)
    try end(isWeak: reference.isWeak)
  }

  private mutating func target(_ reference: Reference, _ slot: Slot, depth: Int) throws(IKCError) {
    let node = graph.nodes[reference.target]
    if case .regexp(_, let flags) = node.content { field("flags", flags.latin1) }
    if case .hook(let hook) = node.content { field("frozen", Hexadecimal.encode(hook.frozen)) }
    if !node.content.isImmortal, let id = newID(reference.target) { field("id", id) }
    switch node.content {
    case .array(let elements):
      begin(slot, type: "array")
      json.write(",\"v\":[")
      for (index, element) in elements.enumerated() {
        if index > 0 { json.write(",") }
        try self.element(element, depth: depth)
      }
      json.write("]")
    case .hash(let elements, let isRestricted):
      try hash(elements, isRestricted: isRestricted, slot, depth: depth)
    case .regexp(let pattern, _):
      json.write("\"pattern\":{")
      if pattern.needsText { text(pattern) } else { bytes(pattern) }
      json.write("},")
      begin(slot, type: "regexp")
    case .tied(.array, let object): try tied("tied_array", object, slot, depth: depth)
    case .tied(.hash, let object): try tied("tied_hash", object, slot, depth: depth)
    case .hook(let hook): try self.hook(hook, slot, depth: depth)
    default:
      begin(slot, type: "ref")
      json.write(",\"v\":")
      try scalar(reference.target, Slot(), depth: depth)
    }
  }

  private mutating func tied(
    _ type: StaticString, _ object: Int, _ slot: Slot, depth: Int
  ) throws(IKCError) {
    begin(slot, type: type)
    json.write(",\"v\":")
    try element(object, depth: depth)
  }

  private mutating func hash(
    _ elements: [ValueGraph.Element], isRestricted: Bool, _ slot: Slot, depth: Int
  ) throws(IKCError) {
    let sorted = elements.sorted { $0.key.bytes(asText: true) < $1.key.bytes(asText: true) }
    if isRestricted { json.write("\"locked\":true,") }
    if elements.contains(where: \.isPlaceholder) {
      json.write("\"placeholders\":[")
      var isFirst = true
      for element in sorted where element.isPlaceholder {
        if !isFirst { json.write(",") }
        isFirst = false
        key(element.key)
      }
      json.write("],")
    }
    begin(slot, type: "hash")
    json.write(",\"v\":[")
    var isFirst = true
    for element in sorted where !element.isPlaceholder {
      json.write(isFirst ? "[" : ",[")
      isFirst = false
      key(element.key)
      json.write(",")
      try self.element(element.node, isReadOnly: element.isReadOnly, depth: depth)
      json.write("]")
    }
    json.write("]")
  }

  private mutating func key(_ key: Value.Hash.Key) {
    json.write("{")
    if key.isText { text(key.bytes) } else { bytes(key.bytes) }
    json.write("}")
  }

  /// Not among the recorded forms, where objects had been thawed.
  private mutating func hook(_ hook: ValueGraph.Hook, _ slot: Slot, depth: Int) throws(IKCError) {
    switch hook.kind {
    case .scalar: field("kind", "scalar")
    case .array: field("kind", "array")
    case .hash: field("kind", "hash")
    }
    begin(slot, type: "hook")
    if let tie = hook.tie {
      json.write(",\"tie\":")
      try element(tie, depth: depth)
    }
    json.write(",\"v\":[")
    for (index, target) in hook.references.enumerated() {
      if index > 0 { json.write(",") }
      try reference(Reference(to: target), Slot(), depth: depth + 1)
    }
    json.write("]")
  }
}

extension ValueGraph.Content {
  fileprivate var isRegexp: Bool {
    if case .regexp = self { true } else { false }
  }

  fileprivate var isImmortal: Bool {
    if case .immortal = self { true } else { false }
  }

  /// Whether an array or hash can hold it, and not only a reference to it.
  fileprivate var isVariable: Bool {
    switch self {
    case .array, .hash, .regexp, .hook, .tied(.array, _), .tied(.hash, _): false
    default: true
    }
  }
}

extension Value.Hash.Key {
  /// The characters as UTF-8, which sorts as they do.
  func bytes(asText: Bool) -> ByteString {
    guard asText, case .bytes(let octets) = form, !octets.isASCII else { return bytes }
    return ByteString(octets.withUnsafeBytes { Text.utf8(fromLatin1: $0) })
  }
}

extension ByteString {
  /// Every byte as the character of that number.
  var latin1: String { withUnsafeBytes { Text.latin1($0) } }

  /// Whether Perl takes the pattern for text: it names a character above 255 by its number.
  fileprivate var needsText: Bool {
    guard isASCII else { return false }
    var rest = description[...]
    while let start = rest.firstRange(of: "\\x{") {
      rest = rest[start.upperBound...]
      if let number = UInt32(rest.prefix { $0.isHexDigit }, radix: 16), number > 255 { return true }
    }
    return false
  }
}
