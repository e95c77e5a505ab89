// Feeds a fuzzer's bytes to both roles of the negotiation and to the parser of specifiers.
//
//   swiftc -O -parse-as-library -swift-version 6 -sanitize=fuzzer,address -o .build-fuzz/negotiation \
//     Sources/IKC/Error/*.swift Sources/IKC/Serialization/ByteWriter.swift Sources/IKC/Channel/Negotiation/*.swift \
//     Sources/IKC/Wire/{ASCII,CharacterClass,KernelName,NegotiationLine,SetupLine,Specifier,Specifier+Parts,SpecifierScanner}.swift \
//     Fuzz/negotiation.swift
//   .build-fuzz/negotiation -dict=Fuzz/negotiation.dict -max_len=4096 -max_total_time=300
//
// The first byte chooses the role and the dialogue; the rest are lines.

private let identity = LocalIdentity(
  id: "me", name: "Me", aliases: ["A", "b c"], address: "192.0.2.9:5", pid: 7, negotiation: .ikc,
  serializers: ["Storable", "YAML"])
private let identity0 = LocalIdentity(
  id: "me", name: "Me", aliases: ["A"], address: "192.0.2.9:5", pid: 7, negotiation: .ikc0,
  serializers: ["Storable", "YAML"])

/// One input of the fuzzer.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  guard let first = bytes.first else { return 0 }
  let lines = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
  let chosen = first & 1 == 0 ? identity : identity0
  if first & 2 == 0 {
    var server = ServerNegotiation(chosen, peerAddress: "192.0.2.1:1")
    feed(lines) { line, reply in server.receive(line: line, reply: &reply) }
    precondition(!server.end().message.isEmpty)
  } else {
    var client = ClientNegotiation(chosen, peerAddress: "192.0.2.2:2")
    var hello = ByteWriter()
    client.start(reply: &hello)
    feed(lines) { line, reply in client.receive(line: line, reply: &reply) }
    precondition(!client.end().message.isEmpty)
  }
  checkSpecifier(lines)
  return 0
}

/// Hands over line by line until an outcome; the answers have to stay small, and the names of use.
private func feed(
  _ bytes: UnsafeRawBufferPointer, _ receive: (UnsafeRawBufferPointer, inout ByteWriter) -> NegotiationOutcome
) {
  for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
    var reply = ByteWriter()
    let outcome = receive(UnsafeRawBufferPointer(rebasing: line), &reply)
    precondition(reply.count <= 80)
    switch outcome {
    case .more: continue
    case .failed: return
    case .established(let negotiated):
      precondition(Set(negotiated.names).count == negotiated.names.count)
      precondition(negotiated.names.dropFirst().allSatisfy { KernelName.isAddressable($0) })
      precondition(identity.has(negotiated.serializer))
      return
    }
  }
}

/// What parses has a name that parses to the same, as far as the grammar lets it.
private func checkSpecifier(_ bytes: UnsafeRawBufferPointer) {
  for unicode in [false, true] {
    guard let parts = Specifier.Parts(parsing: bytes, unicode: unicode) else { continue }
    guard !parts.session.isEmpty || parts.state.isEmpty else { continue }
    let again = Specifier.Parts(parsing: parts.name)
    precondition(again?.session == parts.session && again?.state == parts.state)
  }
}
