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
      try writer.writeStorable(octets, isText: true, order: order)
    default: break
    }
  }

  private mutating func writeVersion(_ version: Value.Version, _ writer: inout ByteWriter) throws(IKCError) {
    try writer.writeStorableVersion(version.literal, order: order)
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
    try writer.writeStorableClass(name, index: index(of: name), order: order)
  }

  private mutating func write(_ regexp: Value.Regexp, _ writer: inout ByteWriter) throws(IKCError) {
    try write(class: regexp.className, &writer)
    tag &+= 1
    try writer.writeStorableRegexp(regexp.pattern, flags: regexp.flags, order: order)
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
    writeReference(value.isOverloaded ? StorableTag.weakOverload : StorableTag.weakReference, &writer)
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
    let base: StorableHook.Base
    switch hook.base {
    case .scalar: base = StorableHook.Base(.scalar, isTied: false)
    case .array: base = StorableHook.Base(.array, isTied: false)
    case .hash: base = StorableHook.Base(.hash, isTied: false)
    case .tied(let kind, _): base = StorableHook.Base(kind, isTied: true)
    }
    if next < hook.references.count {
      writer.write(base.flags | StorableFlag.hookSubobject)
      if next == 0 { writer.write(base) }
      push(.hook(hook, next: next + 1, tags: tags + [tag]))
      return push(.item(hook.references[next], isReferent: true))
    }
    let ending = StorableHook(
      base: base, className: hook.className, classIndex: index(of: hook.className), frozen: hook.frozen, tags: tags)
    try ending.write(to: &writer, isFirst: next == 0, order: order)
    guard case .tied(_, let object) = hook.base else { return nesting.leave() }
    push(.end)
    push(.item(object, isReferent: false))
  }
}
