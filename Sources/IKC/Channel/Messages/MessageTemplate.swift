/// The bytes around the parameters of every message to one place: built once, copied for each message.
///
/// The body is Storable's network order image of a hash. The parameters come first in it, so that their tag numbers
/// do not depend on the other fields; those do not change between messages, except for the number in a call's rsvp,
/// which has a fixed width.
struct MessageTemplate: ~Copyable, Sendable {
  /// How many fields the message has.
  fileprivate let fields: UInt32
  /// Everything behind the parameters.
  fileprivate let suffix: ConstantBytes
  /// Where the call number's digits stand in the suffix; nil in posts.
  fileprivate let numberOffset: Int?

  /// The fields behind `params`.
  ///
  /// - Parameters:
  ///   - event: the specifier as text.
  ///   - from: the encoded item of the sending session, if it has one.
  ///   - rsvp: for calls: the text of the rsvp specifier, with any digits where the call's number goes, at its end.
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
      try writer.writeStorable(rsvp)
      numberOffset = writer.count - CallNumber.width
      writer.writeKey("rsvp")
    } else {
      numberOffset = nil
    }
    suffix = ConstantBytes(writer.bytes)
  }

  /// How long a message with this text is.
  @inline(__always)
  func size(with text: ShortText) -> Int { MessageCursor.headSize &+ text.size &+ suffix.count }

  /// Stores the message with this text, and the call's number where there is a place for it: `size(with:)` bytes.
  @inline(__always)
  func store(_ text: ShortText, number: UInt64, to place: UnsafeMutableRawPointer) {
    var cursor = MessageCursor(at: place, fields: fields)
    cursor.store(text)
    let start = cursor.store(suffix.bytes)
    if let offset = numberOffset { CallNumber.write(number, to: start + offset) }
  }

  /// How many digits the length of a message with these parameters has, as far as can be told before they are encoded.
  @inline(__always)
  func digits<P: Encodable>(for params: P) -> Int {
    let size = if let text = params as? String { text.utf8.count } else { 6 }
    return ByteWriter.decimalDigits(suffix.count &+ size &+ 9)
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
    write(template.suffix.bytes)
    if let offset = template.numberOffset { CallNumber.write(number, to: base.unsafelyUnwrapped + start + offset) }
  }

  /// The header of a message and the beginning of its hash, of fewer than 256 fields.
  @inline(__always)
  mutating func beginMessage(fields: UInt32) {
    _ = MessageCursor(at: tail(MessageCursor.headSize &+ 1), fields: fields)
    advance(MessageCursor.headSize)
  }

  /// A hash key, behind its value.
  @inline(__always)
  mutating func writeKey(_ key: StaticString) {
    let size = key.utf8CodeUnitCount
    let place = tail(4 &+ size)
    place.storeBytes(of: UInt32(truncatingIfNeeded: size).bigEndian, as: UInt32.self)
    (place + 4).copyMemory(from: key.utf8Start, byteCount: size)
    advance(4 &+ size)
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
