extension DecodingSession {
  /// Calls `body` with the scalar that the node is.
  @inline(__always)
  func withScalar<Result>(_ index: UInt32, _ body: (PerlScalar) throws -> Result) rethrows -> Result {
    var node = tape[index]
    if node.kind == .shared { node = tape[node.first] }
    switch node.kind {
    case .undef: return try body(.undef)
    case .bool: return try body(.bool(node.word != 0))
    case .int: return try body(.int(Int64(bitPattern: node.word)))
    case .uint: return try body(.uint(node.word))
    case .double: return try body(.double(Double(bitPattern: node.word)))
    case .bytes: return try body(.bytes(octets(node)))
    case .text: return try body(.text(octets(node)))
    case .array: return try body(.other("an array"))
    case .hash: return try body(.other("a hash"))
    case .key, .shared, .unfolded, .value, .opaque: return try withValue(index, body)
    }
  }

  @inline(__always)
  private func octets(_ node: TapeNode) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base.unsafelyUnwrapped + Int(node.first), count: Int(node.second))
  }

  @inline(never)
  private func withValue<Result>(_ index: UInt32, _ body: (PerlScalar) throws -> Result) rethrows -> Result {
    guard base == nil else { return try body(.other("a special value")) }
    switch values[Int(index)].content {
    case .string(let text): return try text.withBytes { try body(.text($0)) }
    case .bytes(let bytes): return try bytes.withBytes { try body(.bytes($0)) }
    case .special(.malformedText(let bytes)): return try bytes.withBytes { try body(.text($0)) }
    case .array: return try body(.other("an array"))
    case .hash: return try body(.other("a hash"))
    default: return try body(.other("a special value"))
    }
  }

  @inline(__always)
  func integer<Integer: FixedWidthInteger>(_ index: UInt32, as type: Integer.Type) -> Integer? {
    let node = tape[index]
    if node.kind == .int { return Integer(exactly: Int64(bitPattern: node.word)) }
    return withScalar(index) { $0.integer(as: type) }
  }

  func double(_ index: UInt32) -> Double? { withScalar(index) { $0.double } }

  /// As `double`, rounded; nil where the number is finite but beyond the type's range.
  func float(_ index: UInt32) -> Float? {
    guard let number = double(index) else { return nil }
    let narrow = Float(number)
    return narrow.isFinite || !number.isFinite ? narrow : nil
  }

  func bool(_ index: UInt32) -> Bool? { withScalar(index) { $0.bool } }

  func string(_ index: UInt32) -> String? {
    let node = tape[index]
    if node.kind == .bytes {
      let octets = octets(node)
      if Text.isASCII(octets) { return String(decoding: octets, as: UTF8.self) }
    }
    if node.kind == .value, case .string(let text) = values[Int(index)] { return text }
    return withScalar(index) { $0.string }
  }

  func byteString(_ index: UInt32) -> ByteString? {
    if tape[index].kind == .value, case .bytes(let bytes) = values[Int(index)] { return bytes }
    return withScalar(index) { scalar in scalar.octets.map { ByteString($0) } }
  }

  /// The whole of what the node stands for; nil where the tape does not hold it, which is noted.
  func value(_ index: UInt32) -> Value? {
    guard let base else { return values[Int(index)] }
    if tape[index].flags.contains(.hasMore) {
      lacksValue = true
      return nil
    }
    return ValueBuilder(base: base).value(index, in: tape)
  }
}

extension ByteString {
  /// `withUnsafeBytes` for a body that throws anything.
  fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withUnsafeBytes { try body($0) }
  }
}
