extension LightClient {
  /// What can be set of a client, with its default. A plain value.
  public struct Configuration: Sendable {
    /// The protocol that is tried first. Default: `.ikc0`; a peer that does not speak it is met in the classic one.
    public var negotiation = NegotiationProtocol.ikc0

    /// The serializers that are offered, the preferred first. Default: Storable.
    public var serializers: [any Serializer] = [StorableSerializer()]

    /// How long connecting and negotiating may take in all. Default: 30 s. The system's resolver takes its own time to
    /// look up a host name.
    public var connectTimeout: Duration = .seconds(30)

    /// How long a call waits for its answer, and a post for room to be sent, where it says nothing else. Default: 30 s,
    /// as in IKC 0.2402.
    public var callTimeout: Duration = .seconds(30)

    /// The longest frame that is read or written, in bytes. Default 100 MiB, as in IKC 0.2402. What a client holds of a
    /// peer's bytes is bounded by it: one frame that arrives, and as much in events that wait to be asked for.
    public var maximumFrameLength = 100 << 20

    /// The longest line of a negotiation, in bytes. Default 64 KiB.
    public var maximumLineLength = 64 << 10

    /// Everything at its default.
    public init() {}

    /// The first setting that makes no sense, as an error that says what to do.
    func check() throws(IKCError) {
      func require(_ condition: Bool, _ sentence: String) throws(IKCError) {
        if !condition { throw IKCError(.invalidArgument, "LightClient.Configuration." + sentence) }
      }
      try require(!serializers.isEmpty, "serializers is empty; list at least one")
      try require((16...(1 << 30)).contains(maximumLineLength), "maximumLineLength has to be from 16 to 2^30")
      try require((16...(1 << 31 - 1)).contains(maximumFrameLength), "maximumFrameLength has to be from 16 to 2^31 - 1")
      try require(connectTimeout > .zero && callTimeout > .zero, "time-outs have to be longer than zero")
    }
  }
}
