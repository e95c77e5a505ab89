/// Bytes under construction: grows by doubling, owns its memory until it is released.
struct ByteWriter: ~Copyable {
  private(set) var base: UnsafeMutableRawPointer?
  private(set) var count: Int
  private(set) var capacity: Int
  /// Whether Storable items keep the kinds of numbers and booleans that `nfreeze` would make strings of: in
  /// images that another serializer's message is made from, and that no Perl sees.
  var keepsKinds = false

  /// An empty writer; it allocates with the first byte.
  init() {
    base = nil
    count = 0
    capacity = 0
  }

  /// An empty writer with room for `capacity` bytes.
  init(capacity: Int) {
    base = capacity > 0 ? .allocate(byteCount: capacity, alignment: 16) : nil
    count = 0
    self.capacity = capacity
  }

  /// Goes on writing behind the `count` bytes at `base`, which it takes over.
  init(adopting base: UnsafeMutableRawPointer?, count: Int, capacity: Int) {
    self.base = base
    self.count = count
    self.capacity = capacity
  }

  deinit { base?.deallocate() }

  /// Hands the memory to the caller, who has to deallocate it.
  consuming func release() -> (base: UnsafeMutableRawPointer?, count: Int, capacity: Int) {
    let result = (base, count, capacity)
    discard self
    return result
  }

  /// What has been written so far. Valid until the next write.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Makes room for `extra` more bytes.
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if capacity - count < extra { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    var size = max(capacity, 64)
    while size - count < extra { size *= 2 }
    let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    if let base {
      larger.copyMemory(from: base, byteCount: count)
      base.deallocate()
    }
    base = larger
    capacity = size
  }

  /// Where the next `size` bytes go, after making room for them; `advance` counts them as written.
  @inline(__always)
  mutating func tail(_ size: Int) -> UnsafeMutableRawPointer {
    reserve(size)
    return base.unsafelyUnwrapped + count
  }

  /// Counts `size` bytes as written that were stored through `tail`.
  @inline(__always)
  mutating func advance(_ size: Int) { count += size }

  /// Appends one byte.
  @inline(__always)
  mutating func write(_ byte: UInt8) {
    tail(1).storeBytes(of: byte, as: UInt8.self)
    count += 1
  }

  /// Appends a 32 bit integer, most significant byte first.
  @inline(__always)
  mutating func write(bigEndian value: UInt32) {
    tail(4).storeBytes(of: value.bigEndian, as: UInt32.self)
    count += 4
  }

  /// Appends a copy of `bytes`.
  @inline(__always)
  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    tail(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends a copy of `bytes`.
  mutating func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Appends the UTF-8 of `text`.
  @inline(__always)
  mutating func write(utf8 text: StaticString) {
    write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Forgets all bytes behind the first `size`.
  mutating func truncate(to size: Int) {
    precondition(size <= count)
    count = size
  }

  /// Replaces the byte at `index`.
  mutating func patch(_ index: Int, _ byte: UInt8) {
    precondition(index < count)
    base.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
  }

  /// Replaces the four bytes at `index`, most significant first.
  mutating func patch(_ index: Int, bigEndian value: UInt32) {
    precondition(index + 4 <= count)
    (base.unsafelyUnwrapped + index).storeBytes(of: value.bigEndian, as: UInt32.self)
  }
}
