extension StorableReader {
  /// Hands an item to the tied, version or hook item around it.
  ///
  /// - Returns: what that is then; nil where more belongs to it.
  mutating func closeWrapper(_ value: Value, isReferent: Bool) throws(IKCError) -> (Value, Bool)? {
    switch frame.kind {
    case .tied:
      let kind: Value.Tied.Kind =
        switch frame.flags {
        case StorableTag.tiedArray: .array
        case StorableTag.tiedHash: .hash
        default: .scalar
        }
      let tied = Value.special(.tied(Value.Tied(kind: kind, object: value)))
      return kind == .scalar ? endScalar(tied) : endReferent(tied)
    case .tiedKey:
      guard stack.count > frame.height else {
        stack.push(value)
        return nil
      }
      return endElement(object: stack.pop(), .key(value))
    case .tiedIndex:
      return endElement(object: value, .index(try cursor.length()))
    case .version:
      switch value {
      case .bytes, .string, .special(.malformedText): break
      default: throw .storable("holds a version that is no string", at: cursor.offset)
      }
      // An earlier string once more would have no number.
      guard tag == frame.tag + 1 else { throw .storable("holds a version without a string", at: cursor.offset) }
      guard !isReferent, case .bytes(let literal) = stack.pop() else { throw cursor.truncated() }
      return endScalar(.special(.version(Value.Version(literal: literal, value: value))))
    case .hook:
      return try continueHook(flags: try cursor.byte())
    default:
      return try endHookTie(value)
    }
  }

  private mutating func endElement(object: Value, _ selector: Value.TiedElement.Selector) -> (Value, Bool) {
    endScalar(.special(.tiedElement(Value.TiedElement(object: object, selector: selector))))
  }

  /// Ends a tied array or hash, which may be an object.
  private mutating func endReferent(_ content: Value) -> (Value, Bool) {
    var value = content
    if frame.classIndex >= 0 {
      value = .special(.object(Value.Object(className: classes[Int(frame.classIndex)], content: value)))
    }
    memory?.close(frame.tag, .referent(value))
    leave()
    return (value, true)
  }

  mutating func beginHook() throws(IKCError) -> Step {
    // The class of an object with a hook is its own.
    classIndex = -1
    let flags = try cursor.byte()
    if flags & (StorableFlag.hookSubobject | StorableFlag.hookList) != 0, memory == nil { return .needsMemory }
    var hook = StorableFrame(kind: .hook, tag: number())
    hook.base = flags & StorableFlag.hookBase
    if hook.base == StorableFlag.hookBase {
      hook.base = try cursor.byte()
      guard (4...6).contains(hook.base) else {
        throw .storable("holds an object of unknown kind \(hook.base)", at: cursor.offset - 1)
      }
    }
    try open(hook)
    guard let (value, isReferent) = try continueHook(flags: flags) else { return .more }
    return try close(value, isReferent: isReferent)
  }

  /// Goes on behind a hook's flags: with an object in front of its class, or with the class.
  private mutating func continueHook(flags: UInt8) throws(IKCError) -> (Value, Bool)? {
    if flags & StorableFlag.hookSubobject != 0 { return nil }
    let isLong = flags & StorableFlag.hookLongClass != 0
    let length = isLong ? try cursor.length() : Int(try cursor.byte())
    let index =
      flags & StorableFlag.hookClassIndex != 0 ? try recall(class: length) : try nameClass(count: length)
    let frozen = try cursor.string(
      flags & StorableFlag.hookLongString != 0 ? try cursor.length() : Int(try cursor.byte()))
    var references: [Value] = []
    if flags & StorableFlag.hookList != 0 {
      let count = flags & StorableFlag.hookLongList != 0 ? try cursor.length() : Int(try cursor.byte())
      try cursor.check(count: count, size: 4)
      // A list may stand behind flags that first were without one.
      for _ in 0..<count {
        let number = try cursor.tag()
        try check(number)
        let (value, isReferent) = try recall(number)
        references.append(isReferent ? value : .reference(value))
      }
    }
    let base: Value.Hook.Base =
      switch frame.base {
      case 0, 4: .scalar
      case 1, 5: .array
      default: .hash
      }
    let hook = Value.Hook(className: classes[Int(index)], base: base, frozen: frozen, references: references)
    let value = Value.special(.hook(hook))
    guard frame.base > 3 else { return endReferent(value) }
    // What it is tied to comes last; until then the object itself waits on the stack.
    var tie = StorableFrame(kind: .hookTie, levels: 0, tag: frame.tag)
    tie.height = stack.count
    stack.push(value)
    try open(tie)
    return nil
  }

  private mutating func endHookTie(_ object: Value) throws(IKCError) -> (Value, Bool) {
    guard case .special(.hook(var hook)) = stack.pop() else { throw cursor.truncated() }
    let kind: Value.Tied.Kind =
      switch hook.base {
      case .scalar: .scalar
      case .array: .array
      default: .hash
      }
    hook.base = .tied(kind, object)
    leave()
    return endReferent(.special(.hook(hook)))
  }
}
