import Testing

@testable import IKC

/// What a shape says of a message has to be what a scan says of it.
struct MessageShapeTests {
  private static let rsvp = "poe://peer-0000-0001/IKC-call/0000000100000000"

  private func message(_ params: Value, event: String = "poe://Server/demo/echo", rsvp: String? = nil) throws -> [UInt8]
  {
    var writer = ByteWriter()
    writer.beginMessage(fields: rsvp == nil ? 3 : 4)
    try writer.writeStorable(encoding: params, in: .params)
    writer.writeKey("params")
    try writer.writeStorable(event)
    writer.writeKey("event")
    if let rsvp {
      try writer.writeStorable(rsvp)
      writer.writeKey("rsvp")
    }
    try writer.writeStorable(specifierHash: "peer-0000-0001", session: "client", state: "IKC:proxy")
    writer.writeKey("from")
    return Array(writer.bytes)
  }

  /// The fields that the shape of `known` gives for `other`; nil where that has another shape.
  private func fields(_ known: [UInt8], _ other: [UInt8], hasNumber: Bool = false) throws -> [Int32]? {
    try known.withUnsafeBytes { known throws in
      let shape = try #require(MessageShape(of: known, Envelope(scanning: known), hasNumber: hasNumber))
      defer { shape.destroy() }
      return other.withUnsafeBytes { other in shape.match(other).map { Self.numbers(shape.envelope($0)) } }
    }
  }

  private static func numbers(_ envelope: Envelope) -> [Int32] {
    [envelope.event, envelope.params, envelope.rsvp, envelope.from].flatMap { [$0.start, $0.end, $0.firstTag] }
  }

  private func scanned(_ message: [UInt8]) throws -> [Int32] {
    try message.withUnsafeBytes { Self.numbers(try Envelope(scanning: $0)) }
  }

  @Test(arguments: [
    Value.undef, .int(7), .int(70_000), .string(""), .string("text"), .string(String(repeating: "x", count: 300)),
    .array([.int(1), .array([.string("deep")]), .undef]), .hash(["key": .array([.int(1)])]),
  ])
  func otherParametersGiveWhatAScanGives(_ params: Value) throws {
    let known = try message(.string("first"), rsvp: Self.rsvp)
    let other = try message(params, rsvp: Self.rsvp)
    #expect(try fields(known, other) == scanned(other))
    #expect(try fields(other, known) == scanned(known))
  }

  @Test func anotherNumberInTheRsvpIsTheSameShape() throws {
    let known = try message(.int(1), rsvp: Self.rsvp)
    let other = try message(.int(2), rsvp: "poe://peer-0000-0001/IKC-call/00000009ffffffff")
    #expect(try fields(known, other) == scanned(other))
  }

  @Test func anotherPlaceAnotherCallerOrAnotherFieldIsAnotherShape() throws {
    let known = try message(.int(1), rsvp: Self.rsvp)
    #expect(try fields(known, message(.int(1), event: "poe://Server/demo/ech0", rsvp: Self.rsvp)) == nil)
    #expect(try fields(known, message(.int(1), event: "poe://Server/demo/echo2", rsvp: Self.rsvp)) == nil)
    #expect(
      try fields(known, message(.int(1), rsvp: "poe://peer-0000-0002/IKC-call/0000000100000000")) == nil)
    #expect(try fields(known, message(.int(1))) == nil)
  }

  @Test func whatIsNotWholeOrRefersElsewhereIsAnotherShape() throws {
    let known = try message(.string("first"))
    for size in 0..<known.count { #expect(try fields(known, Array(known[..<size])) == nil) }
    #expect(try fields(known, known + [0]) == nil)
    // A back reference in place of the parameters: it may need other fields to be read.
    let params = try #require(known.firstRange(of: [StorableTag.scalar, 5] + Array("first".utf8)))
    var referring = known
    referring.replaceSubrange(params, with: [StorableTag.object, 0, 0, 0, 0])
    #expect(try fields(known, referring) == nil)
  }

  @Test func eachChangedByteAroundTheParametersIsAnotherShapeOrTheSameFields() throws {
    let known = try message(.string("first"), rsvp: Self.rsvp)
    for place in known.indices {
      var other = known
      other[place] ^= 0x01
      guard let found = try fields(known, other) else { continue }
      #expect(try found == scanned(other), "byte \(place)")
    }
  }
}
