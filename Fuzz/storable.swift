// Feeds libFuzzer's inputs to all that reads a Storable image, and writes back what was read. Built
// by Fuzz/run as one module with the library's Serialization room.

/// One input; what is wrong traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let image = UnsafeRawBufferPointer(start: start, count: count)
  fuzzValue(image)
  fuzzGraph(image)
  return 0
}

private func fuzzValue(_ image: UnsafeRawBufferPointer) {
  guard let value = try? StorableSerializer().decode(image) else { return }
  _ = try? value.json(maximumSize: 1 << 16)
  for usesNativeOrder in [false, true] {
    let serializer = StorableSerializer(usesNativeOrder: usesNativeOrder, maximumSize: 1 << 16)
    guard let written = try? serializer.encode(value) else { continue }
    guard let again = written.withUnsafeBytes({ try? serializer.decode($0) }) else {
      preconditionFailure("what was written can't be read")
    }
    // The first trip may turn numbers to strings; after it nothing may change.
    precondition((try? serializer.encode(again)) == written, "a second trip changes the bytes")
  }
}

private func fuzzGraph(_ image: UnsafeRawBufferPointer) {
  guard let graph = try? ValueGraph(storable: image) else { return }
  _ = try? graph.value()
  if let text = try? graph.taggedJSON(maximumSize: 1 << 16) {
    guard let again = text.withUnsafeBytes({ try? ValueGraph(taggedJSON: $0) }) else {
      preconditionFailure("the description can't be read")
    }
    // Where items stand that no Perl writes there, an id may be given in vain; the second time it is not.
    if let second = try? again.taggedJSON() {
      let third = second.withUnsafeBytes { try? ValueGraph(taggedJSON: $0) }
      precondition((try? third?.taggedJSON()) == second, "the description changes")
    }
  }
  guard let written = try? graph.storable() else { return }
  guard let again = written.withUnsafeBytes({ try? ValueGraph(storable: $0) }) else {
    preconditionFailure("what was written of a graph can't be read")
  }
  precondition((try? again.storable()) == written, "a second trip changes a graph's bytes")
}
