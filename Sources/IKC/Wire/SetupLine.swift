/// The one line in which each side of an IKC0 negotiation says all: `SETUP KERNEL=…;FREEZER=…;PID=…`.
struct SetupLine: Equatable {
  /// The kernel's names, its id first. The others are not checked.
  var names: [String] = []
  /// The packages of the serializers, in order of preference.
  var packages: [String] = []
  /// The process id, as digits. A line without one leaves it nil.
  var pid: String?
  /// Whether the line has to be refused: an unknown part, no id, one that can't be registered, too many names.
  private(set) var isMalformed = false

  /// Makes a line to be sent.
  init(names: [String], packages: [String], pid: String) {
    self.names = names
    self.packages = packages
    self.pid = pid
  }

  /// Reads what stands behind `SETUP `, as IKC 0.2402 reads it: parts between `;` in any order, each known by what it
  /// contains; repeated lists go on, the last PID counts.
  ///
  /// - Parameter maximum: the most names, and the most packages, that it takes.
  init(parsing fields: UnsafeRawBufferPointer, maximum: Int) {
    names.reserveCapacity(4)
    packages.reserveCapacity(4)
    Self.forEachPart(of: fields, separatedBy: .semicolon) { part in
      if let value = Self.value(of: "KERNEL=", in: part) {
        Self.forEachPart(of: value, separatedBy: .comma) { add(name: $0, maximum: maximum) }
      } else if let value = Self.value(of: "FREEZER=", in: part) {
        Self.forEachPart(of: value, separatedBy: .comma) { add(package: $0, maximum: maximum) }
      } else if let value = Self.value(of: "PID=", in: part, where: \.isDigit) {
        pid = String(decoding: value.prefix(while: \.isDigit), as: UTF8.self)
      } else {
        isMalformed = true
      }
    }
    if names.isEmpty { isMalformed = true }
  }

  private mutating func add(name: UnsafeRawBufferPointer, maximum: Int) {
    guard names.count < maximum, !names.isEmpty || KernelName.isRegistrable(name) else {
      isMalformed = true
      return
    }
    names.append(String(decoding: name, as: UTF8.self))
  }

  private mutating func add(package: UnsafeRawBufferPointer, maximum: Int) {
    guard packages.count < maximum else {
      isMalformed = true
      return
    }
    packages.append(String(decoding: package, as: UTF8.self))
  }

  /// Writes the line with its end.
  func write(to writer: inout ByteWriter) {
    writer.write(utf8: "SETUP KERNEL=")
    writer.write(list: names)
    writer.write(utf8: ";FREEZER=")
    writer.write(list: packages)
    if let pid {
      writer.write(utf8: ";PID=")
      writer.write(text: pid)
    }
    writer.write(utf8: "\r\n")
  }

  /// Calls `body` for each part between separators. Empty parts at the end do not count.
  private static func forEachPart(
    of text: UnsafeRawBufferPointer, separatedBy separator: UInt8, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    guard let last = text.lastIndex(where: { $0 != separator }) else { return }
    var start = 0
    while start <= last {
      let end = text[start...last].firstIndex(of: separator) ?? last + 1
      body(UnsafeRawBufferPointer(rebasing: text[start..<end]))
      start = end + 1
    }
  }

  /// What follows the first `key` in `part` that has a byte behind it for which `condition` holds.
  private static func value(
    of key: StaticString, in part: UnsafeRawBufferPointer, where condition: (UInt8) -> Bool = { _ in true }
  ) -> UnsafeRawBufferPointer? {
    let count = key.utf8CodeUnitCount
    guard part.count > count else { return nil }
    if part.hasPrefix(key), condition(part[count]) { return UnsafeRawBufferPointer(rebasing: part[count...]) }
    for start in 0..<part.count - count where part[start] == key.utf8Start[0] {
      let rest = UnsafeRawBufferPointer(rebasing: part[start...])
      if rest.hasPrefix(key), condition(rest[count]) { return UnsafeRawBufferPointer(rebasing: rest[count...]) }
    }
    return nil
  }
}
