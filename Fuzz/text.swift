// Feeds libFuzzer's inputs to the readers of FreezeThaw's and Freezer's text, and writes back what was read.
// Built by Fuzz/run as one module with the library's Serialization room.

/// One input; what is wrong traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = UnsafeRawBufferPointer(start: start, count: count)
  fuzz(text, FreezeThawSerializer(maximumSize: 1 << 16)) {
    try ValueGraph(freezeThaw: $0)
  } write: {
    try $0.freezeThaw()
  }
  fuzz(text, FreezerSerializer(maximumSize: 1 << 16)) {
    try ValueGraph(freezer: $0)
  } write: {
    try $0.freezer()
  }
  return 0
}

private func fuzz(
  _ text: UnsafeRawBufferPointer, _ serializer: some Serializer, read: (UnsafeRawBufferPointer) throws -> ValueGraph,
  write: (ValueGraph) throws -> [UInt8]
) {
  if let value = try? serializer.decode(text), let written = try? serializer.encode(value) {
    guard let again = written.withUnsafeBytes({ try? serializer.decode($0) }) else {
      preconditionFailure("what was written can't be read")
    }
    precondition((try? serializer.encode(again)) == written, "a second trip changes the bytes")
  }
  guard let graph = try? read(text) else { return }
  _ = try? graph.value()
  guard let written = try? write(graph) else { return }
  guard let again = written.withUnsafeBytes({ try? read($0) }) else {
    preconditionFailure("what was written of a graph can't be read")
  }
  // What is one variable at two places becomes two on the first trip.
  if let second = try? write(again) {
    let third = second.withUnsafeBytes { try? write(read($0)) }
    precondition(third == second, "a third trip changes a graph's bytes")
  }
}
