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
    if count == capacity { grow(to: capacity * 2) }
    (base + count).initialize(to: value)
    count &+= 1
  }

  /// Makes room for `extra` more.
  mutating func reserve(_ extra: Int) {
    if capacity - count < extra { grow(to: max(count + extra, capacity * 2)) }
  }

  @inline(never)
  private mutating func grow(to size: Int) {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: size)
    larger.moveInitialize(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = size
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
