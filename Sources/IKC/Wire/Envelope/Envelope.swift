/// Where the fields of one message stand in its body, found without building any of them.
///
/// The keys are those of IKC 0.2402; unknown ones are ignored. A key that occurs twice counts where it
/// stands last, as in Perl.
struct Envelope {
  /// One field: the byte range of its item, and the number of the first tag in it.
  struct Field {
    var start: Int32 = 0
    var end: Int32 = 0
    var firstTag: Int32 = 0

    /// Whether the message has the field at all: no item stands at the very beginning of a body.
    @inline(__always)
    var isPresent: Bool { start != 0 }

    /// The field's bytes in `body`, where it was found.
    @inline(__always)
    func bytes(in body: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
      assert(start >= 0 && start <= end && end <= body.count)
      return UnsafeRawBufferPointer(start: body.baseAddress.unsafelyUnwrapped + Int(start), count: Int(end &- start))
    }
  }

  /// Whom the message is for: a specifier as text or hash.
  var event = Field()
  /// What the handler gets.
  var params = Field()
  /// Where the answer goes; present in calls.
  var rsvp = Field()
  /// The session that sent it.
  var from = Field()
  /// Whether the caller asks in list context.
  var wantsList = false
  /// Whether the message reports an error; such a message is never answered with one.
  var isError = false
  /// The order of the bytes in lengths and numbers.
  var order = StorableOrder.network
  /// Whether a field may need others to be read (back references, classes): it is then read from the whole body.
  var isEntangled = false
  /// Whether a class is named before `params`, which may then refer to it.
  var hasEarlierClasses = false
}
