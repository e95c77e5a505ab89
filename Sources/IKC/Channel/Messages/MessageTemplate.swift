/// The bytes around the parameters of every message to one place: built once, copied for each message.
///
/// The body is Storable's network order image of a hash whose last key is `params`; the fields before
/// it do not change between messages, except for the number in a call's rsvp, which has a fixed width.
struct MessageTemplate {
  /// Everything before the parameters' item.
  private(set) var prefix: [UInt8]
  /// Where the call number's digits stand in the prefix; nil in posts.
  private(set) var numberOffset: Int?

  /// How many hexadecimal digits a call number has.
  static let numberWidth = 16

  /// Header, hash and the fields before `params`.
  ///
  /// - Parameters:
  ///   - event: the specifier as text.
  ///   - from: the encoded item of the sending session, if it has one.
  ///   - rsvp: the text of the rsvp specifier up to the call number, for calls.
  ///   - wantsList: whether the answer is asked for in list context.
  init(event: String, from: [UInt8]?, rsvp: String? = nil, wantsList: Bool = false) throws(IKCError) {
    let fields: UInt32 = 2 + (from == nil ? 0 : 1) + (rsvp == nil ? 0 : 1) + (wantsList ? 1 : 0)
    var writer = ByteWriter(capacity: 256)
    writer.beginMessage(fields: fields)
    try writer.writeStorable(event)
    writer.writeKey("event")
    if let from {
      writer.write(from)
      writer.writeKey("from")
    }
    numberOffset = nil
    if let rsvp {
      try writer.writeStorable(rsvp + String(repeating: "0", count: Self.numberWidth))
      numberOffset = writer.count - Self.numberWidth
      writer.writeKey("rsvp")
    }
    if wantsList {
      try writer.writeStorable("1")
      writer.writeKey("wantarray")
    }
    prefix = Array(writer.bytes)
  }
}

extension ByteWriter {
  /// The template's bytes, with the call's number where there is a place for it.
  @inline(__always)
  mutating func write(_ template: borrowing MessageTemplate, number: UInt64 = 0) {
    let start = count
    template.prefix.withUnsafeBytes { write($0) }
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
