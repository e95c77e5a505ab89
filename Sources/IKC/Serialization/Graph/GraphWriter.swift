/// Writes a graph as a Storable image, without recursion: every node once, then by its number.
struct GraphWriter: ~Copyable {
  private enum Step {
    case node(Int)
    case element(Int?)
    case key(ValueGraph.Element, isFlagged: Bool)
    case index(Int)
    case hook(Int, next: Int)
    case leave
  }

  private let graph: ValueGraph
  private let order: StorableOrder
  private var writer = ByteWriter(capacity: 256)
  private var steps: [Step] = []
  private var nesting = StorableNesting()
  private var tags: [Int: UInt32] = [:]
  /// The numbers of Perl's own false and true.
  private var immortalTags: (UInt32?, UInt32?)
  private var tag: UInt32 = 0
  private var classes: [ByteString: Int] = [:]

  private init(_ graph: ValueGraph, order: StorableOrder) {
    self.graph = graph
    self.order = order
  }

  /// The graph's image.
  static func write(_ graph: ValueGraph, order: StorableOrder) throws(IKCError) -> [UInt8] {
    var writer = GraphWriter(graph, order: order)
    writer.writer.writeStorableHeader(order)
    writer.steps.append(.node(graph.root))
    while let step = writer.steps.popLast() { try writer.take(step) }
    return [UInt8](writer.writer.bytes)
  }

  private mutating func take(_ step: Step) throws(IKCError) {
    switch step {
    case .node(let node): try begin(node, isElement: false)
    case .element(let node?): try begin(node, isElement: true)
    case .element(nil):
      writer.write(StorableTag.immortalUndef)
      tag += 1
    case .key(let element, let isFlagged): try write(element, isFlagged: isFlagged)
    case .index(let index): try writer.writeStorable(length: index, order: order)
    case .hook(let node, let next): try continueHook(node, next: next)
    case .leave: nesting.leave()
    }
  }

  private mutating func write(_ element: ValueGraph.Element, isFlagged: Bool) throws(IKCError) {
    if isFlagged {
      let flags =
        (element.isReadOnly ? StorableFlag.keyReadOnly : 0)
        | (element.isPlaceholder ? StorableFlag.keyPlaceholder | StorableFlag.keyReadOnly : 0)
      return try writer.writeStorableFlagKey(element.key, flags: flags, order: order)
    }
    try writer.writeStorableKey(element.key.stored, order: order)
  }

  /// Writes a node's item up to the first one inside.
  private mutating func begin(_ index: Int, isElement: Bool) throws(IKCError) {
    let node = try graph.node(index)
    if case .immortal(let flag) = node.content { return write(immortal: flag, isElement: isElement) }
    if let tag = tags[index] { return writer.writeStorableObject(tag: tag) }
    if case .hook(let hook) = node.content { return try beginHook(hook, index) }
    if let name = node.className {
      try write(class: name)
    } else if case .regexp = node.content {
      try write(class: "Regexp")
    }
    tags[index] = tag
    tag += 1
    switch node.content {
    case .undef: writer.writeStorableUndef()
    case .bool(let flag): writer.writeStorable(flag)
    case .int(let number): writer.writeStorable(number, order: order)
    case .uint(let number): writer.writeStorable(number, order: order)
    case .double(let number): writer.writeStorable(number, order: order)
    case .bytes(let octets): try writer.writeStorable(octets, isText: false, order: order)
    case .text(let octets): try writer.writeStorable(octets, isText: true, order: order)
    case .version(let literal, let octets, let isText):
      try writer.writeStorableVersion(literal, order: order)
      try writer.writeStorable(octets, isText: isText, order: order)
    case .regexp(let pattern, let flags): try writer.writeStorableRegexp(pattern, flags: flags, order: order)
    case .reference(let target, let isWeak, let isOverloaded):
      try beginReference(target, isWeak: isWeak, isOverloaded: isOverloaded)
    case .array(let elements): try begin(elements)
    case .hash(let elements, let isRestricted): try begin(elements, isRestricted: isRestricted)
    case .tied(let kind, let object): try beginTied(kind, object)
    case .tiedKey(let object, let key):
      writer.write(StorableTag.tiedKey)
      steps.append(.node(key))
      steps.append(.node(object))
    case .tiedIndex(let object, let index):
      guard index >= 0 else { throw .unstorable("a negative index of a tied array") }
      writer.write(StorableTag.tiedIndex)
      steps.append(.index(index))
      steps.append(.node(object))
    case .immortal, .hook: break
    }
  }

  private mutating func write(immortal flag: Bool?, isElement: Bool) {
    switch flag {
    case nil:
      writer.write(isElement ? StorableTag.undefElement : StorableTag.immortalUndef)
      tag += 1
    case true?:
      if let known = immortalTags.1 { return writer.writeStorableObject(tag: known) }
      immortalTags.1 = tag
      writer.write(StorableTag.immortalTrue)
      tag += 1
    case false?:
      if let known = immortalTags.0 { return writer.writeStorableObject(tag: known) }
      immortalTags.0 = tag
      writer.write(StorableTag.immortalFalse)
      tag += 1
    }
  }

  private mutating func beginReference(_ target: Int, isWeak: Bool, isOverloaded: Bool) throws(IKCError) {
    switch (isWeak, isOverloaded) {
    case (false, false): writer.write(StorableTag.reference)
    case (false, true): writer.write(StorableTag.overload)
    case (true, false): writer.write(StorableTag.weakReference)
    case (true, true): writer.write(StorableTag.weakOverload)
    }
    switch try graph.node(target).content {
    case .array, .hash, .regexp, .hook: break
    default:
      try nesting.enter()
      steps.append(.leave)
    }
    steps.append(.node(target))
  }

  private mutating func begin(_ elements: [Int?]) throws(IKCError) {
    try nesting.enter()
    steps.append(.leave)
    try writer.writeStorableArray(count: elements.count, isReferenced: false, order: order)
    for element in elements.reversed() { steps.append(.element(element)) }
  }

  private mutating func begin(_ elements: [ValueGraph.Element], isRestricted: Bool) throws(IKCError) {
    try nesting.enterHash()
    steps.append(.leave)
    let isFlagged = isRestricted || elements.contains { $0.key.isText || $0.isReadOnly || $0.isPlaceholder }
    if isFlagged {
      try writer.writeStorableFlagHash(
        count: elements.count, flags: isRestricted ? StorableFlag.restricted : 0, isReferenced: false, order: order)
    } else {
      try writer.writeStorableHash(count: elements.count, isReferenced: false, order: order)
    }
    for element in elements.reversed() {
      steps.append(.key(element, isFlagged: isFlagged))
      steps.append(element.isPlaceholder ? .element(nil) : .node(element.node))
    }
  }

  private mutating func beginTied(_ kind: Value.Tied.Kind, _ object: Int) throws(IKCError) {
    switch kind {
    case .scalar: writer.write(StorableTag.tiedScalar)
    case .array: writer.write(StorableTag.tiedArray)
    case .hash: writer.write(StorableTag.tiedHash)
    }
    try nesting.enter()
    steps.append(.leave)
    steps.append(.node(object))
  }

  private mutating func write(class name: ByteString) throws(IKCError) {
    let known = classes[name]
    if known == nil { classes[name] = classes.count }
    try writer.writeStorableClass(name, index: known, order: order)
  }

  private mutating func beginHook(_ hook: ValueGraph.Hook, _ node: Int) throws(IKCError) {
    tags[node] = tag
    tag += 1
    writer.write(StorableTag.hook)
    try nesting.enter()
    steps.append(.leave)
    try continueHook(node, next: 0)
  }

  /// Writes the next node in front of the class that has no number yet, or all that comes behind them.
  private mutating func continueHook(_ index: Int, next: Int) throws(IKCError) {
    let node = try graph.node(index)
    guard case .hook(let hook) = node.content else { return }
    let base = StorableHook.Base(hook.kind, isTied: hook.tie != nil)
    // Nothing before `next` is new: flags and kind stand in front of the first one only.
    let isFirst = next == 0
    if let position = hook.references.indices.first(where: { $0 >= next && tags[hook.references[$0]] == nil }) {
      writer.write(base.flags | StorableFlag.hookSubobject)
      if isFirst { writer.write(base) }
      steps.append(.hook(index, next: position + 1))
      return steps.append(.node(hook.references[position]))
    }
    var numbers: [UInt32] = []
    for reference in hook.references {
      guard let number = tags[reference] else { throw .unstorable("a hook that refers to Perl's own variables") }
      numbers.append(number)
    }
    guard let name = node.className else { throw .unstorable("a hook without a class") }
    let known = classes[name]
    if known == nil { classes[name] = classes.count }
    let ending = StorableHook(base: base, className: name, classIndex: known, frozen: hook.frozen, tags: numbers)
    try ending.write(to: &writer, isFirst: isFirst, order: order)
    if let tie = hook.tie { steps.append(.node(tie)) }
  }
}
