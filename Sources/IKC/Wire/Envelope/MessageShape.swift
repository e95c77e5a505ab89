/// The bytes of a message around its parameters, and where the other fields lie in them.
///
/// What one sender sends to one place differs in the parameters alone, and calls in the number at the end of their
/// rsvp. A message with the same bytes around its parameters as one that was scanned needs no scan of its own: its
/// fields are the same ones, those behind the parameters moved by the difference of the parameters' sizes.
///
/// Only for Storable images in network order without back references and classes.
struct MessageShape {
  /// Longer surroundings are not kept.
  static let maximumSize = 1_024

  /// What stands before the parameters, then what stands behind them.
  private let bytes: UnsafeMutableRawPointer
  private let before: Int
  private let behind: Int
  /// Where the bytes that are not compared begin behind the parameters; there are `CallNumber.width` of them.
  private let number: Int?
  private let envelope: Envelope
  /// Where the parameters ended, and how many tags there were up to then.
  private let end: Int32
  private let tags: Int32

  /// Takes a copy of the surroundings of a message that was scanned. `destroy` frees it.
  ///
  /// - Parameter hasNumber: whether `event` ends with the number of a call that is answered.
  /// - Returns: nil where the message has no parameters, or is of a kind that has to be scanned each time.
  init?(of body: UnsafeRawBufferPointer, _ envelope: Envelope, hasNumber: Bool) {
    guard let base = body.baseAddress, envelope.params.isPresent, !envelope.isEntangled, envelope.order == .network
    else { return nil }
    before = Int(envelope.params.start)
    end = envelope.params.end
    behind = body.count - Int(end)
    guard before + behind <= Self.maximumSize else { return nil }
    var walker = StorableWalker(in: base, count: body.count, at: before)
    guard walker.skipItem() else { return nil }
    tags = envelope.params.firstTag + Int32(truncatingIfNeeded: walker.tags)
    self.envelope = envelope
    number = Self.number(of: hasNumber ? envelope.event : envelope.rsvp, in: base, behind: end)
    bytes = .allocate(byteCount: max(1, before + behind), alignment: 8)
    bytes.copyMemory(from: base, byteCount: before)
    (bytes + before).copyMemory(from: base + Int(end), byteCount: behind)
  }

  func destroy() { bytes.deallocate() }

  /// Where the last bytes of a text that stands behind the parameters are.
  private static func number(of field: Envelope.Field, in base: UnsafeRawPointer, behind end: Int32) -> Int? {
    guard field.start >= end, base.load(fromByteOffset: Int(field.start), as: UInt8.self) == StorableTag.scalar,
      Int(field.end - field.start) >= 2 + CallNumber.width + 2
    else { return nil }
    return Int(field.end - end) - CallNumber.width
  }

  /// How far the number stands from the end of every message of this shape.
  var numberFromEnd: Int? { number.map { behind - $0 } }

  /// The parameters of a message that has the shape.
  struct Match {
    /// Where they end.
    let end: Int32
    /// How many tags there are up to then.
    let tags: Int32
  }

  /// Whether `body` has this shape; nil where it has another.
  @inline(__always)
  func match(_ body: UnsafeRawBufferPointer) -> Match? {
    guard let base = body.baseAddress, body.count > before &+ behind, base.isSame(as: bytes, count: before)
    else { return nil }
    var walker = StorableWalker(in: base, count: body.count, at: before)
    guard walker.skipItem(), body.count &- walker.offset == behind, !walker.hasReferences, !walker.hasClasses
    else { return nil }
    let rest = base + walker.offset
    let known = UnsafeRawPointer(bytes + before)
    if let number {
      let next = number &+ CallNumber.width
      guard rest.isSame(as: known, count: number),
        (rest + next).isSame(as: known + next, count: behind &- next)
      else { return nil }
    } else {
      guard rest.isSame(as: known, count: behind) else { return nil }
    }
    return Match(
      end: Int32(truncatingIfNeeded: walker.offset),
      tags: envelope.params.firstTag &+ Int32(truncatingIfNeeded: walker.tags))
  }

  /// The fields of a message that matched.
  func envelope(_ match: Match) -> Envelope {
    var found = envelope
    found.params.end = match.end
    found.event.move(by: match.end &- end, tags: match.tags &- tags, from: end)
    found.rsvp.move(by: match.end &- end, tags: match.tags &- tags, from: end)
    found.from.move(by: match.end &- end, tags: match.tags &- tags, from: end)
    return found
  }
}

extension Envelope.Field {
  /// Moves a field that stands at `place` or behind it.
  fileprivate mutating func move(by distance: Int32, tags: Int32, from place: Int32) {
    guard start >= place else { return }
    start &+= distance
    end &+= distance
    firstTag &+= tags
  }
}
