/// Bytes that are written once and read often: reached through a pointer, without counting references to an array.
struct ConstantBytes: ~Copyable, @unchecked Sendable {  // never written to after the initializer
  let bytes: UnsafeRawBufferPointer

  /// Takes a copy.
  init(_ source: UnsafeRawBufferPointer) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 8)
    memory.copyMemory(from: source)
    bytes = UnsafeRawBufferPointer(memory)
  }

  deinit { bytes.deallocate() }

  var count: Int { bytes.count }
}
