/// The bytes around the parameters of every message to one place: built once, copied for each message.
///
/// The body is Storable's network order image of a hash. The parameters come first in it, so that their tag numbers
/// do not depend on the other fields; those do not change between messages, except for the number in a call's rsvp,
/// which has a fixed width.
struct MessageTemplate {
  /// How many fields the message has.
  let fields: UInt32
  /// Everything behind the parameters.
  let suffix: [UInt8]
  /// Where the call number's digits stand in the suffix; nil in posts.
  let numberOffset: Int?

  /// How many hexadecimal digits a call number has.
  static let numberWidth = 16

  /// The fields behind `params`.
  ///
  /// - Parameters:
  ///   - event: the specifier as text.
  ///   - from: the encoded item of the sending session, if it has one.
  ///   - rsvp: the text of the rsvp specifier up to the call number, for calls.
  ///   - wantsList: whether the answer is asked for in list context.
  init(event: String, from: [UInt8]?, rsvp: String? = nil, wantsList: Bool = false) throws(IKCError) {
    fields = 2 + (from == nil ? 0 : 1) + (rsvp == nil ? 0 : 1) + (wantsList ? 1 : 0)
    var writer = ByteWriter(capacity: 256)
    writer.writeKey("params")
    try writer.writeStorable(event)
    writer.writeKey("event")
    if let from {
      writer.write(from)
      writer.writeKey("from")
    }
    if wantsList {
      try writer.writeStorable("1")
      writer.writeKey("wantarray")
    }
    if let rsvp {
      try writer.writeStorable(rsvp + String(repeating: "0", count: Self.numberWidth))
      numberOffset = writer.count - Self.numberWidth
      writer.writeKey("rsvp")
    } else {
      numberOffset = nil
    }
    suffix = Array(writer.bytes)
  }
}

extension ByteWriter {
  /// Writes the message of `template` with these parameters, and the call's number where there is a place for it.
  @inline(__always)
  mutating func write<P: Encodable>(
    _ template: borrowing MessageTemplate, number: UInt64 = 0, _ params: P
  ) throws(IKCError) {
    beginMessage(fields: template.fields)
    try writeStorable(encoding: params, in: .params)
    let start = count
    template.suffix.withUnsafeBytes { write($0) }
    guard let offset = template.numberOffset else { return }
    var rest = number
    var position = start + offset + MessageTemplate.numberWidth
    while rest != 0 {
      position -= 1
      let digit = UInt8(truncatingIfNeeded: rest & 15)
      patch(position, digit < 10 ? 0x30 + digit : 0x57 + digit)
      rest >>= 4
    }
  }

  /// The header of a message and the beginning of its hash.
  @inline(__always)
  mutating func beginMessage(fields: UInt32) {
    write(UInt8(0x05))
    write(UInt8(0x0b))
    write(StorableTag.hash)
    write(bigEndian: fields)
  }

  /// A hash key, behind its value.
  @inline(__always)
  mutating func writeKey(_ key: StaticString) {
    write(bigEndian: UInt32(key.utf8CodeUnitCount))
    write(utf8: key)
  }

  /// A specifier as the item of a hash: `{kernel, session, state}`; an empty state is left out.
  mutating func writeStorable(
    specifierHash kernel: String, session: String, state: String?
  ) throws(IKCError) {
    try writeStorableHash(count: state == nil ? 2 : 3, isReferenced: true)
    try writeStorable(kernel)
    writeKey("kernel")
    try writeStorable(session)
    writeKey("session")
    guard let state else { return }
    try writeStorable(state)
    writeKey("state")
  }
}

extension StorableContext {
  /// The first item of a message: inside its hash, with that hash's tag before it.
  static let params = StorableContext(depth: 1, firstTag: 1)
  /// The only element of an array that is the first item of a message.
  static let listedParams = StorableContext(depth: 2, firstTag: 3)
}
