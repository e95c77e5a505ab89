extension StorableReader {
  /// Gives the next item its number.
  @inline(__always)
  mutating func number() -> Int {
    memory?.open()
    defer { tag &+= 1 }
    return tag
  }

  /// Begins an item that holds others.
  @inline(__always)
  mutating func open(_ inner: consuming StorableFrame) throws(IKCError) {
    depth &+= Int(inner.levels)
    if depth > Self.maximumDepth { throw .storable("is nested deeper than \(Self.maximumDepth)", at: cursor.offset) }
    outer.append(frame)
    frame = inner
  }

  mutating func beginReference(flags: UInt8) throws(IKCError) -> Step {
    if flags == 0, classIndex < 0 {
      // Nearly all references are to an array or hash: the two are one frame.
      let begin = cursor
      let code = try cursor.byte()
      if code == StorableTag.hash || code == StorableTag.array {
        _ = number()
        if code == StorableTag.hash { return try beginHash(flags: nil, isReferenced: true) }
        return try beginArray(count: try cursor.length(), isReferenced: true)
      }
      cursor = begin
    }
    let reference = StorableFrame(kind: .reference, flags: flags, classIndex: takeClass(), tag: number())
    try open(reference)
    return .more
  }

  mutating func beginArray(count: Int, isReferenced: Bool = false) throws(IKCError) -> Step {
    try cursor.check(count: count, size: 1)
    // Without elements it is no level.
    var array = StorableFrame(
      kind: .array, levels: count > 0 ? levels : 0, classIndex: takeClass(), tag: number())
    array.isReferenced = isReferenced
    array.remaining = count
    array.height = stack.count
    // A count alone must not take much memory.
    stack.reserve(min(count, 1 << 15))
    try open(array)
    return count > 0 ? .more : try endContainer(.array([]))
  }

  mutating func beginHash(flags: UInt8?, count: Int? = nil, isReferenced: Bool = false) throws(IKCError) -> Step {
    let count = if let count { count } else { try cursor.length() }
    // A value takes one byte; a key its length, or where it is an item two bytes.
    try cursor.check(count: count, size: flags == nil ? 5 : 4)
    var hash = StorableFrame(
      kind: flags == nil ? .hash : .flagHash, levels: count > 0 ? levels : 0, classIndex: takeClass(), tag: number())
    hash.isReferenced = isReferenced
    hash.remaining = count
    // Room comes with the elements: counts alone, one within the other, must not take much memory.
    guard count > 0 else {
      try open(hash)
      return try endContainer(.hash(Value.Hash()))
    }
    let storage = HashStorage.make(capacity: min(count, outer.count < 8 ? 4096 : 64))
    hashes.append(storage)
    hash.hash = storage.table
    try open(hash)
    return .more
  }

  /// Begins an item around one or two others.
  mutating func beginWrapper(_ kind: StorableFrame.Kind, flags: UInt8) throws(IKCError) -> Step {
    var wrapper = StorableFrame(kind: kind, flags: flags, classIndex: takeClass(), tag: number())
    wrapper.height = stack.count
    try open(wrapper)
    return .more
  }

  mutating func beginVersion(count: Int) throws(IKCError) -> Step {
    let literal = try cursor.string(count)
    // It is the string that follows which has a number.
    var version = StorableFrame(kind: .version, classIndex: takeClass(), tag: tag)
    version.height = stack.count
    stack.push(.bytes(literal))
    try open(version)
    return .more
  }

  mutating func regexp() throws(IKCError) -> Step {
    let flags = try cursor.byte()
    let pattern = try cursor.string(
      flags & StorableFlag.regexpLongPattern != 0 ? try cursor.length() : Int(try cursor.byte()))
    let modifiers = try cursor.string(Int(try cursor.byte()))
    let index = takeClass()
    let tag = number()
    var regexp = Value.Regexp(pattern: pattern, flags: modifiers)
    if index >= 0 { regexp.className = classes[Int(index)] }
    let value = Value.special(.regexp(regexp))
    memory?.close(tag, .referent(value))
    return try close(value, isReferent: true)
  }

  /// An array or hash counts with the reference to it.
  private var levels: UInt8 { frame.kind == .reference ? 0 : 1 }

  /// The class that the item which begins is blessed into.
  @inline(__always)
  mutating func takeClass() -> Int32 {
    defer { classIndex = -1 }
    return classIndex
  }

  /// Takes an item that is complete and holds no others.
  @inline(__always)
  mutating func finish(scalar value: consuming Value) throws(IKCError) -> Step {
    if memory != nil || classIndex >= 0 { return try finishRarely(value) }
    tag &+= 1
    if frame.kind == .array, frame.remaining > 1 {
      stack.push(value)
      frame.remaining &-= 1
      return .more
    }
    if frame.kind == .hash, frame.remaining > 1 {
      try insert(value)
      frame.remaining &-= 1
      return .more
    }
    return try close(value, isReferent: false)
  }

  @inline(never)
  private mutating func finishRarely(_ value: Value) throws(IKCError) -> Step {
    let tag = number()
    let index = takeClass()
    if index >= 0 {
      let object = Value.special(.object(Value.Object(className: classes[Int(index)], content: .reference(value))))
      memory?.close(tag, .referent(object))
      return try close(object, isReferent: true)
    }
    memory?.close(tag, .value(value))
    return try close(value, isReferent: false)
  }

  /// Puts a value into the hash under the key that follows.
  @inline(__always)
  private mutating func insert(_ value: consuming Value) throws(IKCError) {
    let key = Value.Hash.Key(try cursor.string(try cursor.length()))
    store(key, value)
  }

  @inline(__always)
  private mutating func store(_ key: Value.Hash.Key, _ value: consuming Value) {
    let table = frame.hash.unsafelyUnwrapped
    if table.head.pointee.count == table.head.pointee.room { growHash() }
    frame.hash.unsafelyUnwrapped.set(key, value)
  }

  @inline(never)
  private mutating func growHash() {
    let storage = hashes.removeLast()
    let larger = storage.moved(capacity: storage.room * 2)
    hashes.append(larger)
    frame.hash = larger.table
  }

  /// Puts a value into a hash with flags.
  private mutating func insertFlagged(_ value: Value) throws(IKCError) {
    let flags = try cursor.byte()
    let key: Value.Hash.Key
    if flags & StorableFlag.keyIsItem != 0 {
      key = try keyItem()
    } else {
      let octets = try cursor.string(try cursor.length())
      key =
        if flags & StorableFlag.keyText != 0 {
          Value.Hash.Key(utf8: octets)
        } else if flags & StorableFlag.keyWasText != 0 {
          Value.Hash.Key(latin1: octets)
        } else {
          Value.Hash.Key(octets)
        }
    }
    // A placeholder is a key that the hash could have.
    if flags & StorableFlag.keyPlaceholder == 0 { store(key, value) }
  }

  /// A key that stands as an item of its own; Perl never writes one.
  private mutating func keyItem() throws(IKCError) -> Value.Hash.Key {
    let code = try cursor.byte()
    let key: Value.Hash.Key
    switch code {
    case StorableTag.scalar: key = Value.Hash.Key(try cursor.string(Int(try cursor.byte())))
    case StorableTag.longScalar: key = Value.Hash.Key(try cursor.string(try cursor.length()))
    case StorableTag.text: key = Value.Hash.Key(utf8: try cursor.string(Int(try cursor.byte())))
    case StorableTag.longText: key = Value.Hash.Key(utf8: try cursor.string(try cursor.length()))
    default: throw .storable("holds a key that is no string", at: cursor.offset - 1)
    }
    let tag = number()
    memory?.close(tag, .value(.bytes(key.bytes)))
    return key
  }

  /// Hands a complete item to the one that it is in, and ends those that it completes.
  mutating func close(_ item: consuming Value, isReferent: Bool) throws(IKCError) -> Step {
    var value = item
    var isReferent = isReferent
    while true {
      switch frame.kind {
      case .slot:
        stack.push(value)
        return .done
      case .root:
        stack.push(isReferent ? value : .reference(value))
        return .done
      case .array:
        stack.push(value)
        frame.remaining &-= 1
        if frame.remaining > 0 { return .more }
        (value, isReferent) = end(.array(stack.pop(downTo: frame.height)))
      case .hash, .flagHash:
        if frame.kind == .hash { try insert(value) } else { try insertFlagged(value) }
        frame.remaining &-= 1
        if frame.remaining > 0 { return .more }
        (value, isReferent) = end(.hash(Value.Hash(storage: hashes.removeLast())))
      case .reference:
        (value, isReferent) = endReference(value, isReferent: isReferent)
      default:
        guard let ended = try closeWrapper(value, isReferent: isReferent) else { return .more }
        (value, isReferent) = ended
      }
    }
  }

  /// Ends a container that has no elements.
  private mutating func endContainer(_ content: Value) throws(IKCError) -> Step {
    let (value, isReferent) = end(content)
    return try close(value, isReferent: isReferent)
  }

  /// Ends an array or hash.
  @inline(__always)
  private mutating func end(_ content: consuming Value) -> (Value, Bool) {
    var value = content
    if frame.classIndex >= 0 {
      value = .special(.object(Value.Object(className: classes[Int(frame.classIndex)], content: value)))
    }
    if memory != nil {
      memory?.close(frame.tag, .referent(value))
      if frame.isReferenced { memory?.close(frame.tag - 1, .value(value)) }
    }
    let isReferent = !frame.isReferenced
    leave()
    return (value, isReferent)
  }

  private mutating func endReference(_ target: Value, isReferent: Bool) -> (Value, Bool) {
    var value = isReferent ? target : .reference(target)
    if frame.flags & StorableFrame.isOverloaded != 0 { value.markOverloaded() }
    if frame.flags & StorableFrame.isWeak != 0 { value = .special(.weak(value)) }
    let result = endScalar(value)
    return result
  }

  /// Ends an item that is a scalar, and may be an object.
  mutating func endScalar(_ scalar: Value) -> (Value, Bool) {
    var value = scalar
    let isObject = frame.classIndex >= 0
    if isObject {
      value = .special(.object(Value.Object(className: classes[Int(frame.classIndex)], content: .reference(value))))
    }
    memory?.close(frame.tag, isObject ? .referent(value) : .value(value))
    leave()
    return (value, isObject)
  }

  /// Goes back to the item around this one.
  @inline(__always)
  mutating func leave() {
    depth &-= Int(frame.levels)
    frame = outer.removeLast()
  }
}
