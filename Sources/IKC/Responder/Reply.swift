/// The answer to a call, decoded when asked for.
///
/// It reaches a completion on the serial queue and may be kept there; it can't be sent elsewhere: decode it
/// first.
public struct Reply {
  let delivery: Delivery

  /// The returned value as the type that is asked for.
  ///
  /// Throws `cannotDecode`, naming the peer and the key path, where it can't be had.
  @specialized(where R == String)
  public func decode<R: Decodable>(_ type: R.Type) throws(IKCError) -> R {
    do throws(IKCError) { return try delivery.decode(type) } catch { throw error.naming(peer: kernel) }
  }

  /// The returned value as plain data.
  public var value: Value {
    get throws(IKCError) { try delivery.params() }
  }

  /// The canonical name of the kernel that answered.
  public var kernel: String { delivery.channel.name }
}

@available(*, unavailable)
extension Reply: Sendable {}
