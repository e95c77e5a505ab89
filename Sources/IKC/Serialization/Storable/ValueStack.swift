/// The elements of containers that are still being read, the innermost container's on top.
struct ValueStack: ~Copyable {
  private var base: UnsafeMutablePointer<Value>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 32) {
    base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  @inline(__always)
  mutating func push(_ value: consuming Value) {
    if count == capacity { grow() }
    (base + count).initialize(to: value)
    count &+= 1
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: base, count: count)
    base.deallocate()
    base = larger
    capacity *= 2
  }

  /// Takes the top one away.
  mutating func pop() -> Value {
    precondition(count > 0)
    count -= 1
    return (base + count).move()
  }

  /// Takes all above the first `height` away, as an array.
  mutating func pop(downTo height: Int) -> [Value] {
    precondition(height >= 0 && height <= count)
    let size = count - height
    let source = base + height
    let elements = [Value](unsafeUninitializedCapacity: size) { buffer, initialized in
      if let start = buffer.baseAddress { start.moveInitialize(from: source, count: size) }
      initialized = size
    }
    count = height
    return elements
  }

  /// Forgets everything.
  mutating func removeAll() {
    base.deinitialize(count: count)
    count = 0
  }
}
