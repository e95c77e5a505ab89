/// The part of a hook's item that stands behind the objects in front of its class.
struct StorableHook {
  /// What the object is underneath.
  struct Base {
    /// For the lowest bits of the flags.
    let flags: UInt8
    /// The byte behind the first flags, where the object is tied.
    let extra: UInt8?

    init(_ kind: Value.Tied.Kind, isTied: Bool) {
      let number: UInt8 =
        switch kind {
        case .scalar: 0
        case .array: 1
        case .hash: 2
        }
      flags = isTied ? StorableFlag.hookBase : number
      extra = isTied ? number + 4 : nil
    }
  }

  let base: Base
  let className: ByteString
  /// Nil where the class has not been named before.
  let classIndex: Int?
  let frozen: ByteString
  let tags: [UInt32]

  /// Writes flags, class, string and numbers; `isFirst` where no object stands in front.
  func write(to writer: inout ByteWriter, isFirst: Bool, order: StorableOrder) throws(IKCError) {
    let number = classIndex ?? className.count
    let isLongClass = number > 255
    let isLongString = frozen.count > 255
    let isLongList = tags.count > 255
    var flags = base.flags
    if classIndex != nil { flags |= StorableFlag.hookClassIndex }
    if isLongClass { flags |= StorableFlag.hookLongClass }
    if isLongString { flags |= StorableFlag.hookLongString }
    if !tags.isEmpty { flags |= StorableFlag.hookList }
    if isLongList { flags |= StorableFlag.hookLongList }
    writer.write(flags)
    if isFirst { writer.write(base) }
    try writer.writeStorable(length: number, isLong: isLongClass, order: order)
    if classIndex == nil { className.withUnsafeBytes { writer.write($0) } }
    try writer.writeStorable(length: frozen.count, isLong: isLongString, order: order)
    frozen.withUnsafeBytes { writer.write($0) }
    if !tags.isEmpty {
      try writer.writeStorable(length: tags.count, isLong: isLongList, order: order)
      for tag in tags { writer.write(bigEndian: tag) }
    }
  }
}

extension ByteWriter {
  /// What a hook's object is tied as, where it is tied.
  mutating func write(_ base: StorableHook.Base) {
    if let extra = base.extra { write(extra) }
  }

  /// A length in four bytes or one.
  mutating func writeStorable(length: Int, isLong: Bool, order: StorableOrder) throws(IKCError) {
    if isLong {
      try writeStorable(length: length, order: order)
    } else {
      write(UInt8(truncatingIfNeeded: length))
    }
  }

  /// A string of these octets, with or without the UTF-8 flag.
  mutating func writeStorable(_ octets: ByteString, isText: Bool, order: StorableOrder) throws(IKCError) {
    try octets.withUnsafeBytes { octets throws(IKCError) in
      try writeStorable(octets: octets, isText: isText, order: order)
    }
  }

  /// The key of a hash's element.
  mutating func writeStorableKey(_ octets: ByteString, order: StorableOrder) throws(IKCError) {
    try octets.withUnsafeBytes { octets throws(IKCError) in try writeStorableKey(octets, order: order) }
  }

  /// The class of the item that follows: its name, or the index of one that was named before.
  mutating func writeStorableClass(_ name: ByteString, index: Int?, order: StorableOrder) throws(IKCError) {
    guard name != "0", !name.isEmpty, name.withUnsafeBytes({ !$0.contains(0) }) else {
      throw .unstorable("a class without a name, or named 0")
    }
    write(index == nil ? StorableTag.bless : StorableTag.blessByIndex)
    let number = index ?? name.count
    if number > 127 { write(StorableFlag.longClass) }
    try writeStorable(length: number, isLong: number > 127, order: order)
    if index == nil { name.withUnsafeBytes { write($0) } }
  }

  /// A regular expression, behind its class.
  mutating func writeStorableRegexp(_ pattern: ByteString, flags: ByteString, order: StorableOrder) throws(IKCError) {
    guard flags.count <= 255 else { throw .unstorable("a regular expression with more than 255 flags") }
    let isLong = pattern.count > 255
    write(StorableTag.regexp)
    write(isLong ? StorableFlag.regexpLongPattern : 0)
    try writeStorable(length: pattern.count, isLong: isLong, order: order)
    pattern.withUnsafeBytes { write($0) }
    write(UInt8(truncatingIfNeeded: flags.count))
    flags.withUnsafeBytes { write($0) }
  }

  /// How a version was written; the string that it stands for follows.
  mutating func writeStorableVersion(_ literal: ByteString, order: StorableOrder) throws(IKCError) {
    let isLong = literal.count > 255
    write(isLong ? StorableTag.longVersion : StorableTag.version)
    try writeStorable(length: literal.count, isLong: isLong, order: order)
    literal.withUnsafeBytes { write($0) }
  }
}
