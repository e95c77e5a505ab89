extension StorableEncoder {
  mutating func begin(
    _ special: Value.Special, isReferent: Bool, _ writer: inout ByteWriter
  ) throws(IKCError) {
    switch special {
    case .object(let object):
      try beginObject(object, isReferent: isReferent, &writer)
    case .hook(let hook):
      if !isReferent { writeReference(hook.isOverloaded ? StorableTag.overload : StorableTag.reference, &writer) }
      try beginHook(hook, &writer)
    case .regexp(let regexp):
      if !isReferent { writeReference(StorableTag.reference, &writer) }
      try write(regexp, &writer)
    case .tied(let tied):
      try beginTied(tied, isReferent: isReferent, &writer)
    case .weak(let value):
      if isReferent { return push(.item(value, isReferent: true)) }
      try beginWeak(value, &writer)
    case .version, .tiedElement, .malformedText:
      if isReferent { throw .unstorable("a value that is no reference as the root of an image or object") }
      try beginScalar(special, &writer)
    }
  }

  private mutating func beginScalar(_ special: Value.Special, _ writer: inout ByteWriter) throws(IKCError) {
    switch special {
    case .version(let version):
      try writeVersion(version, &writer)
    case .tiedElement(let element):
      try nesting.enter()
      push(.end)
      switch element.selector {
      case .key(let key):
        writeReference(StorableTag.tiedKey, &writer)
        push(.tiedKey(key))
      case .index(let index):
        guard index >= 0 else { throw .unstorable("a negative index of a tied array") }
        writeReference(StorableTag.tiedIndex, &writer)
        push(.tiedIndex(index))
      }
      push(.item(element.object, isReferent: false))
    case .malformedText(let octets):
      tag &+= 1
      let order = order
      try octets.withUnsafeBytes { octets throws(IKCError) in
        try writer.writeStorable(octets: octets, isText: true, order: order)
      }
    default: break
    }
  }

  private mutating func writeVersion(_ version: Value.Version, _ writer: inout ByteWriter) throws(IKCError) {
    let order = order
    try version.literal.withUnsafeBytes { literal throws(IKCError) in
      if literal.count <= 255 {
        writer.write(StorableTag.version)
        writer.write(UInt8(truncatingIfNeeded: literal.count))
      } else {
        writer.write(StorableTag.longVersion)
        try writer.writeStorable(length: literal.count, order: order)
      }
      writer.write(literal)
    }
    switch version.value {
    case .bytes, .string, .special(.malformedText):
      push(.item(version.value, isReferent: false))
    default: throw .unstorable("a version that is no string")
    }
  }

  private mutating func beginObject(
    _ object: Value.Object, isReferent: Bool, _ writer: inout ByteWriter
  ) throws(IKCError) {
    if !isReferent { writeReference(object.isOverloaded ? StorableTag.overload : StorableTag.reference, &writer) }
    try write(class: object.className, &writer)
    switch object.content {
    case .array, .hash:
      push(.item(object.content, isReferent: true))
    case .reference:
      if !isReferent {
        try nesting.enter()
        push(.end)
      }
      push(.item(object.content, isReferent: true))
    case .special(.tied(let tied)) where tied.kind != .scalar:
      push(.item(object.content, isReferent: true))
    default:
      throw .unstorable("an object of class \(object.className) that is no array, hash or reference")
    }
  }

  private mutating func write(class name: ByteString, _ writer: inout ByteWriter) throws(IKCError) {
    guard name != "0", !name.isEmpty, name.withUnsafeBytes({ !$0.contains(0) }) else {
      throw .unstorable("a class without a name, or named 0")
    }
    let (index, isNew) = index(of: name)
    writer.write(isNew ? StorableTag.bless : StorableTag.blessByIndex)
    let number = isNew ? name.count : index
    if number <= 127 {
      writer.write(UInt8(truncatingIfNeeded: number))
    } else {
      writer.write(StorableFlag.longClass)
      try writer.writeStorable(length: number, order: order)
    }
    if isNew { name.withUnsafeBytes { writer.write($0) } }
  }

  private mutating func write(_ regexp: Value.Regexp, _ writer: inout ByteWriter) throws(IKCError) {
    try write(class: regexp.className, &writer)
    tag &+= 1
    writer.write(StorableTag.regexp)
    let order = order
    try regexp.pattern.withUnsafeBytes { pattern throws(IKCError) in
      if pattern.count <= 255 {
        writer.write(0)
        writer.write(UInt8(truncatingIfNeeded: pattern.count))
      } else {
        writer.write(StorableFlag.regexpLongPattern)
        try writer.writeStorable(length: pattern.count, order: order)
      }
      writer.write(pattern)
    }
    guard regexp.flags.count <= 255 else { throw .unstorable("a regular expression with more than 255 flags") }
    writer.write(UInt8(truncatingIfNeeded: regexp.flags.count))
    regexp.flags.withUnsafeBytes { writer.write($0) }
  }

  private mutating func beginTied(
    _ tied: Value.Tied, isReferent: Bool, _ writer: inout ByteWriter
  ) throws(IKCError) {
    switch tied.kind {
    case .scalar:
      if isReferent { throw .unstorable("a value that is no reference as the root of an image or object") }
      writeReference(StorableTag.tiedScalar, &writer)
    case .array, .hash:
      if !isReferent { writeReference(StorableTag.reference, &writer) }
      writeReference(tied.kind == .array ? StorableTag.tiedArray : StorableTag.tiedHash, &writer)
    }
    try nesting.enter()
    push(.end)
    push(.item(tied.object, isReferent: false))
  }

  private mutating func beginWeak(_ value: Value, _ writer: inout ByteWriter) throws(IKCError) {
    let isOverloaded =
      switch value {
      case .special(.object(let object)): object.isOverloaded
      case .special(.hook(let hook)): hook.isOverloaded
      default: false
      }
    writeReference(isOverloaded ? StorableTag.weakOverload : StorableTag.weakReference, &writer)
    switch value {
    case .array, .hash, .special: break
    default:
      try nesting.enter()
      push(.end)
    }
    push(.item(value, isReferent: true))
  }

  private mutating func beginHook(_ hook: Value.Hook, _ writer: inout ByteWriter) throws(IKCError) {
    writer.write(StorableTag.hook)
    tag &+= 1
    try nesting.enter()
    try continueHook(hook, next: 0, tags: [], &writer)
  }

  /// Writes the next of the items in front of the class, or all that comes behind them.
  mutating func continueHook(
    _ hook: Value.Hook, next: Int, tags: [UInt32], _ writer: inout ByteWriter
  ) throws(IKCError) {
    var flags: UInt8
    switch hook.base {
    case .scalar: flags = 0
    case .array: flags = 1
    case .hash: flags = 2
    case .tied: flags = StorableFlag.hookBase
    }
    if next < hook.references.count {
      writer.write(flags | StorableFlag.hookSubobject)
      if next == 0 { writeTieKind(hook.base, &writer) }
      push(.hook(hook, next: next + 1, tags: tags + [tag]))
      return push(.item(hook.references[next], isReferent: true))
    }
    try finishHook(hook, &flags, isFirst: next == 0, tags: tags, &writer)
  }

  private func writeTieKind(_ base: Value.Hook.Base, _ writer: inout ByteWriter) {
    guard case .tied(let kind, _) = base else { return }
    switch kind {
    case .scalar: writer.write(4)
    case .array: writer.write(5)
    case .hash: writer.write(6)
    }
  }

  private mutating func finishHook(
    _ hook: Value.Hook, _ flags: inout UInt8, isFirst: Bool, tags: [UInt32], _ writer: inout ByteWriter
  ) throws(IKCError) {
    let (index, isNew) = index(of: hook.className)
    let number = isNew ? hook.className.count : index
    let isLongClass = number > (isNew ? 255 : 127)
    let isLongString = hook.frozen.count > 255
    let isLongList = tags.count > 255
    if !isNew { flags |= StorableFlag.hookClassIndex }
    if isLongClass { flags |= StorableFlag.hookLongClass }
    if isLongString { flags |= StorableFlag.hookLongString }
    if !tags.isEmpty { flags |= StorableFlag.hookList }
    if isLongList { flags |= StorableFlag.hookLongList }
    writer.write(flags)
    if isFirst { writeTieKind(hook.base, &writer) }
    try writeHook(number: number, isLong: isLongClass, &writer)
    if isNew { hook.className.withUnsafeBytes { writer.write($0) } }
    try writeHook(number: hook.frozen.count, isLong: isLongString, &writer)
    hook.frozen.withUnsafeBytes { writer.write($0) }
    if !tags.isEmpty {
      try writeHook(number: tags.count, isLong: isLongList, &writer)
      for tag in tags { writer.write(bigEndian: tag) }
    }
    guard case .tied(_, let object) = hook.base else { return nesting.leave() }
    push(.end)
    push(.item(object, isReferent: false))
  }

  private func writeHook(number: Int, isLong: Bool, _ writer: inout ByteWriter) throws(IKCError) {
    if isLong {
      try writer.writeStorable(length: number, order: order)
    } else {
      writer.write(UInt8(truncatingIfNeeded: number))
    }
  }
}
