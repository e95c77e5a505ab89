// Feeds libFuzzer's inputs to the YAML serializer, and writes back what was read. Built by Fuzz/run beside the library's
// Serialization room and Yams.
import IKC
import IKCYAML

/// One input; what is wrong traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = UnsafeRawBufferPointer(start: start, count: count)
  for keepsClasses in [false, true] {
    let serializer = YAMLSerializer(keepsClasses: keepsClasses, maximumSize: 1 << 16)
    guard let value = try? serializer.decode(text) else { return 0 }
    guard let written = try? serializer.encode(value) else { continue }
    guard let again = written.withUnsafeBytes({ try? serializer.decode($0) }) else {
      preconditionFailure("what was written can't be read")
    }
    precondition((try? serializer.encode(again)) == written, "a second trip changes the bytes")
  }
  return 0
}
