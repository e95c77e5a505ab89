extension DecodingSession {
  /// The step by which an array's element is entered.
  @inline(__always)
  static func step(index: UInt32) -> UInt32 { index | indexBit }

  /// Notes that the level below `depth` is entered by `step`; gives the depth of that level.
  @inline(__always)
  func enter(_ depth: UInt32, by step: UInt32) throws -> UInt32 {
    let depth = Int(depth)
    guard depth < Self.depthLimit else {
      throw IKCError(.cannotDecode, "\(root): nested deeper than \(Self.depthLimit) levels")
    }
    if depth < path.count {
      path[depth] = step
    } else {
      path.append(contentsOf: repeatElement(Tape.none, count: depth - path.count))
      path.append(step)
    }
    return UInt32(truncatingIfNeeded: depth &+ 1)
  }

  /// The path to the level `depth`, and on by `step`.
  func codingPath(_ depth: UInt32, _ step: UInt32 = Tape.none) -> [any CodingKey] {
    var keys = path.prefix(Int(depth)).map(key)
    if step != Tape.none { keys.append(key(step)) }
    return keys
  }

  private func key(_ step: UInt32) -> any CodingKey {
    if step & Self.indexBit != 0 { return PathKey(index: Int(step & ~Self.indexBit)) }
    return step == Tape.none ? PathKey.parent : PathKey(stringValue: keyText(step))
  }

  /// The error that the node is no `type`, which messages may call by another name.
  @inline(never)
  func mismatch(
    _ index: UInt32, _ type: any Any.Type, _ depth: UInt32, _ step: UInt32 = Tape.none, name: String? = nil
  ) -> DecodingError {
    let problem = withScalar(index) { "\($0) is no \(name ?? "\(type)")" }
    let context = DecodingError.Context(codingPath: codingPath(depth, step), debugDescription: problem)
    return isUndef(index) ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }
}
