/// Where the parts of a specifier stand in its text. A part that is absent, or `0`, is empty.
struct SpecifierRanges: Equatable {
  var kernel = 0..<0
  var session = 0..<0
  var state = 0..<0
  var args: Range<Int>?
}

/// Finds the parts of a specifier by the grammar of IKC 0.2402, without allocating.
///
/// Two forms: long, `poe:[//[kernel]][/session][[/]state][?args]`, and short, `[//kernel/][session/][state][?args]`.
/// One newline at the end is let pass.
struct SpecifierScanner {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private let unicode: Bool

  /// Scans `bytes`; with `unicode` they are UTF-8 and letters beyond ASCII count as letters, else they are bytes.
  private init(_ bytes: UnsafeRawBufferPointer, unicode: Bool) {
    self.bytes = bytes
    self.unicode = unicode
    end = bytes.last == .newline ? bytes.count - 1 : bytes.count
  }

  /// The parts of the specifier in `bytes`, or nil where they are none.
  static func scan(_ bytes: UnsafeRawBufferPointer, unicode: Bool) -> SpecifierRanges? {
    guard bytes.count > 1 || (bytes.count == 1 && bytes[0] != UInt8(ascii: "0")) else { return nil }
    let scanner = SpecifierScanner(bytes, unicode: unicode)
    return scanner.starts(0, with: "poe:") ? scanner.long(from: 4) : scanner.short()
  }

  /// Whether `bytes`, all of them, are the name of one kernel as a specifier can hold it.
  static func isKernel(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let scanner = SpecifierScanner(bytes, unicode: false)
    for form in KernelForm.all where form != .any && scanner.kernelEnd(from: 0, form) == bytes.count { return true }
    return false
  }

  private func long(from start: Int) -> SpecifierRanges? {
    guard starts(start, with: "//") else { return tail(from: start, kernel: start..<start) }
    let kernel = start + 2
    for form in KernelForm.all {
      if let end = kernelEnd(from: kernel, form), let found = tail(from: end, kernel: kernel..<end) { return found }
    }
    return tail(from: kernel, kernel: kernel..<kernel)
  }

  /// `[/session][[/]state][?args]`
  private func tail(from start: Int, kernel: Range<Int>) -> SpecifierRanges? {
    var parts = SpecifierRanges()
    parts.kernel = kernel
    var index = start
    if byte(index) == .slash {
      let sessionEnd = run(index + 1, .name)
      if sessionEnd > index + 1 {
        parts.session = index + 1..<sessionEnd
        index = sessionEnd
      }
    }
    if byte(index) == .slash { index += 1 }
    parts.state = index..<run(index, .name)
    return finish(&parts, from: parts.state.upperBound)
  }

  private func short() -> SpecifierRanges? {
    var parts = SpecifierRanges()
    var index = 0
    if starts(0, with: "//") {
      guard let end = shortKernelEnd() else { return nil }
      parts.kernel = 2..<end
      index = end + 1
    }
    let sessionEnd = run(index, .name)
    if sessionEnd > index, byte(sessionEnd) == .slash {
      parts.session = index..<sessionEnd
      index = sessionEnd + 1
    }
    parts.state = index..<run(index, .name)
    return finish(&parts, from: parts.state.upperBound)
  }

  private func shortKernelEnd() -> Int? {
    for form in KernelForm.all {
      if let end = kernelEnd(from: 2, form), byte(end) == .slash { return end }
    }
    return nil
  }

  /// `[?args]` and the end.
  private func finish(_ parts: inout SpecifierRanges, from start: Int) -> SpecifierRanges? {
    var index = start
    if byte(index) == UInt8(ascii: "?") {
      let argsEnd = run(index + 1, .word)
      guard argsEnd > index + 1 else { return nil }
      let args = index + 1..<argsEnd
      parts.args = isFalse(args) ? nil : args
      index = argsEnd
    }
    guard index == end else { return nil }
    if isFalse(parts.kernel) { parts.kernel = 0..<0 }
    if isFalse(parts.session) { parts.session = 0..<0 }
    if isFalse(parts.state) { parts.state = 0..<0 }
    return parts
  }

  private enum KernelForm {
    case any, plain, hostPort, unixPath

    /// In the order in which the grammar tries them.
    static let all: [KernelForm] = [.any, .plain, .hostPort, .unixPath]
  }

  /// Where the kernel of that form ends that begins at `start`. Trying the longest run of each form is enough: what a
  /// shorter one leaves over can only be a state, and then the longest one fits as well.
  private func kernelEnd(from start: Int, _ form: KernelForm) -> Int? {
    switch form {
    case .any:
      return byte(start) == .asterisk ? start + 1 : nil
    case .plain:
      let end = run(start, .kernel)
      return end > start ? end : nil
    case .hostPort:
      let host = run(start, .host)
      guard host >= start + 2, isAlphanumeric(start), byte(host) == .colon else { return nil }
      let end = run(host + 1, .digit)
      return end > host + 1 ? end : nil
    case .unixPath:
      guard starts(start, with: "unix:") else { return nil }
      let end = run(start + 5, .path)
      return end > start + 5 ? pathSuffixEnd(from: end) : nil
    }
  }

  /// The end of `:digits-digits` at `start`, or `start` where there is no such thing.
  private func pathSuffixEnd(from start: Int) -> Int {
    guard byte(start) == .colon else { return start }
    let first = run(start + 1, .digit)
    guard first > start + 1, byte(first) == .dash else { return start }
    let second = run(first + 1, .digit)
    return second > first + 1 ? second : start
  }

  // MARK: Characters

  private func byte(_ index: Int) -> UInt8? { index < end ? bytes[index] : nil }

  private func starts(_ index: Int, with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard index + count <= end else { return false }
    for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return false }
    return true
  }

  private func isFalse(_ range: Range<Int>) -> Bool {
    range.isEmpty || (range.count == 1 && bytes[range.lowerBound] == UInt8(ascii: "0"))
  }

  private func isAlphanumeric(_ index: Int) -> Bool {
    byte(index).map { $0.isWord && $0 != .underscore } ?? false
  }

  /// The end of the longest run of characters of that class.
  private func run(_ start: Int, _ kind: CharacterClass) -> Int {
    var index = start
    while index < end {
      let byte = bytes[index]
      if byte < 0x80 {
        guard kind.contains(byte) else { return index }
        index += 1
      } else {
        guard unicode, let (scalar, length) = scalar(at: index), kind.contains(scalar) else { return index }
        index += length
      }
    }
    return index
  }

  private func scalar(at index: Int) -> (Unicode.Scalar, Int)? {
    let lead = bytes[index]
    let length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
    guard lead >= 0xc2, lead < 0xf5, index + length <= end else { return nil }
    var value = UInt32(lead) & (0xff >> UInt32(length + 1))
    for offset in 1..<length {
      let next = bytes[index + offset]
      guard next & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt32(next & 0x3f)
    }
    guard length == 2 || value >= (length == 3 ? 0x800 : 0x10000) else { return nil }
    return Unicode.Scalar(value).map { ($0, length) }
  }
}
