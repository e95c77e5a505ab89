/// One event on its way through a handler.
///
/// Its parameters are decoded when they are asked for. It may be kept, but stays on the serial queue: decode what other
/// threads need.
public struct Event {
  let delivery: Delivery

  /// The session that it is for.
  public var session: String { delivery.destination?.session.name ?? "" }

  /// The state that it is for.
  public var state: String { delivery.destination?.state ?? "" }

  /// The parameters as the type that is asked for; the first of them where there are several.
  ///
  /// Throws `cannotDecode`, naming the key path, where they can't be had.
  @specialized(where P == String)
  public func decode<P: Decodable>(_ type: P.Type) throws(IKCError) -> P { try delivery.decode(type) }

  /// The parameters as plain data; the first of them where there are several. Undef where there are none.
  public var params: Value {
    get throws(IKCError) { try delivery.params() }
  }

  /// All arguments of the event: its parameters (a proxy can give several), and `args` at the end where there are any.
  public var arguments: [Value] {
    get throws(IKCError) { try delivery.arguments() }
  }

  /// What stands behind `?` in the specifier that the event was posted to; nil where nothing does.
  public var args: String? { delivery.args }

  /// Whether the peer waits for the result.
  public var isCall: Bool { delivery.isCall }

  /// Whether the peer asks in list context: an array that is returned is the list of results then.
  public var wantsList: Bool { delivery.envelope.wantsList }

  /// The channel that it came through.
  public var channel: Channel { delivery.channel }

  /// The name that the peer goes by: the first one behind its id that is no address, else the id.
  public var caller: String {
    let channel = delivery.channel
    return channel.names.dropFirst().first { !$0.utf8.contains(.colon) } ?? channel.name
  }

  /// The session that it came from, to post back to.
  public var sender: Sender { Sender(delivery: delivery) }
}

@available(*, unavailable)
extension Event: Sendable {}
