// Feeds libFuzzer's inputs to the JSON serializer, and writes back what was read. Built by Fuzz/run as one module
// with the library's Serialization room.

/// One input; what is wrong traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = UnsafeRawBufferPointer(start: start, count: count)
  let serializer = JSONSerializer(maximumSize: 1 << 16)
  guard let value = try? serializer.decode(text) else { return 0 }
  if let written = try? serializer.encode(value) {
    guard let again = written.withUnsafeBytes({ try? serializer.decode($0) }) else {
      preconditionFailure("what was written can't be read")
    }
    precondition(again == value, "a trip changes the value")
  }
  // Messages become images on their way to handlers, and back.
  if let image = try? serializer.image(ofMessage: text) {
    guard let message = try? serializer.message(ofImage: image.bytes) else { return 0 }
    precondition(message.withUnsafeBytes { try? serializer.decode($0) } != nil, "a message can't be read")
  }
  _ = try? ValueDecoder().decode([String: [Int?]].self, from: value)
  return 0
}
