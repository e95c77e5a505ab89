/// The rules for names of kernels, and how addresses become names.
enum KernelName {
  /// Whether the classic dialogue can carry the name (`IAM name`): letters, digits and `_ . : -`, at least one.
  static func isAnnounceable(_ name: UnsafeRawBufferPointer) -> Bool {
    !name.isEmpty && name.allSatisfy { $0.isWord || $0 == .dot || $0 == .colon || $0 == .dash }
  }

  /// Whether a specifier can name that one kernel. What it can't name must never be announced: IKC 0.2402 puts the
  /// names of its peers into specifiers and dies where one does not parse.
  static func isAddressable(_ name: UnsafeRawBufferPointer) -> Bool {
    SpecifierScanner.isKernel(name) && !(name.count == 1 && name[0] == UInt8(ascii: "0"))
  }

  /// Whether a peer may have that id. IKC 0.2402 takes ids that begin like a specifier, such as `a b/c`, as well.
  static func isRegistrable(_ name: UnsafeRawBufferPointer) -> Bool {
    let scheme: StaticString = "poe://"
    let size = scheme.utf8CodeUnitCount
    return withUnsafeTemporaryAllocation(byteCount: size + name.count, alignment: 1) { room in
      room.copyBytes(from: UnsafeRawBufferPointer(start: scheme.utf8Start, count: size))
      UnsafeMutableRawBufferPointer(rebasing: room[size...]).copyMemory(from: name)
      let text = UnsafeRawBufferPointer(room)
      guard let parts = SpecifierScanner.scan(text, unicode: false) else { return false }
      return !parts.kernel.isEmpty && text[parts.kernel.lowerBound] != .asterisk && text.last != .newline
    }
  }

  /// Whether ``isAnnounceable(_:)-(UnsafeRawBufferPointer)`` holds for the text.
  static func isAnnounceable(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { isAnnounceable(UnsafeRawBufferPointer($0)) }
  }

  /// Whether ``isAddressable(_:)-(UnsafeRawBufferPointer)`` holds for the text.
  static func isAddressable(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { isAddressable(UnsafeRawBufferPointer($0)) }
  }

  /// The name for one end of a TCP connection: `host:port`.
  ///
  /// IKC 0.2402 knows no IPv6, and its grammar has no room for such an address, so it is written the way that was made
  /// for such places: `::1` is `0--1.ipv6-literal.net`.
  static func alias(host: String, port: Int) -> String {
    guard host.utf8.contains(.colon) else {
      var alias = host
      alias.append(":")
      alias.append(String(port))
      return alias
    }
    var literal = ""
    for character in host.unicodeScalars {
      switch character {
      case "%": literal += "s"
      case _ where character.isASCII && character.value != 0x5f && UInt8(character.value).isWord:
        literal.unicodeScalars.append(character)
      default: literal += "-"
      }
    }
    if literal.hasPrefix("-") { literal = "0" + literal }
    if literal.hasSuffix("-") { literal += "0" }
    return "\(literal).ipv6-literal.net:\(port)"
  }

  /// The name for the listening end of a unix socket: `unix:` and the path, each run of characters other than letters,
  /// digits and `_ . -` replaced by one `_`.
  ///
  /// IKC 0.2402 lets `:` stand, but its own grammar then refuses the name.
  static func alias(unixPath path: String) -> String {
    var name: [UInt8] = Array("unix:".utf8)
    var isInRun = false
    for byte in path.utf8 {
      if byte.isWord || byte == .dot || byte == .dash {
        name.append(byte)
        isInRun = false
      } else if !isInRun {
        name.append(.underscore)
        isInRun = true
      }
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// The name for the connecting end of a unix socket, which tells the connections of one process apart.
  static func alias(unixPath path: String, pid: Int, descriptor: Int) -> String {
    "\(alias(unixPath: path)):\(pid)-\(descriptor)"
  }
}
