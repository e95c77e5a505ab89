/// What a connection tells its user. All of it on the loop's thread, none of it from within a call that the user makes.
///
/// Every callback may write to, finish or abort any connection of the loop.
protocol ConnectionHandler: AnyObject {
  /// A line came in, without its end. The bytes are valid during the call.
  ///
  /// - Returns: how to take what follows, also what is left of the same packet.
  func connection(_ connection: Connection, received line: UnsafeRawBufferPointer) -> ReadMode

  /// Frames came in: all complete ones of a read, at most 1,024 a call. Their bytes are valid during the call.
  func connection(_ connection: Connection, received batch: borrowing FrameBatch)

  /// The peer sends no more. Writing still works; the handler says when to `finish()`.
  func connectionReceivedEnd(_ connection: Connection)

  /// The unsent bytes fell to the low watermark or below, after having been above the high one.
  func connectionDrained(_ connection: Connection)

  /// The connection is gone, by `error` or, where nil, as asked for. Exactly once, as the last call; the handler is released then.
  func connection(_ connection: Connection, closed error: IKCError?)
}
