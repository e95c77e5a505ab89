/// A synchronous client: posts and calls that block until they are done, without a kernel and its event loop.
///
/// For scripts, command-line tools and request handlers of servers that block a thread for each request, as ClientLite
/// of IKC 0.2402 is. It talks to one kernel, and nobody can call it. Every operation blocks its thread, until its
/// time-out at most: never use it on a kernel's serial queue, on an event loop's thread or in a task that others wait
/// for; there a ``Kernel`` is what you want.
///
/// ```swift
/// let client = try LightClient(.tcp("127.0.0.1", port: 603))
/// let now = try client.call("timeserver/time", as: Double.self)
/// try client.post("timeserver/count", ["by": 2])
/// ```
///
/// It connects with the first operation, and again with the next one after the connection has ended. A message that
/// can't be sent since the peer has closed the connection goes out once more over a new one; one that has been sent is
/// never sent again.
///
/// One thread at a time may use it. It is a class rather than a struct that can't be copied, so that it can be stored in
/// other types and shared by the functions of one thread; not being `Sendable`, the compiler sees to it that it stays
/// with one.
public final class LightClient {
  /// Where it connects to.
  public let address: Address
  /// The name that it goes by at the peer.
  public let name: String
  /// Its settings.
  public let configuration: Configuration

  /// The error that the peer reported last for something that nobody waited for: mostly a post. Set it to nil once you
  /// have seen to it. Errors arrive while an operation runs, so that of the last post is seen by the next operation.
  public var lastError: IKCError?

  /// How many events the peer has posted that were dropped unseen, since too many waited for ``responded(_:as:timeout:)``.
  public var droppedEvents: Int { inbox.dropped }

  let identity: LocalIdentity
  var connection: LightConnection?
  var inbox: LightInbox
  /// What the operation under way waits for.
  var awaited: LightRequest?
  private var requests = 0

  /// A client for the kernel at `address`; it does not connect yet.
  ///
  /// - Parameters:
  ///   - name: what the peer calls it. Two clients at one kernel must not have the same name: a Perl kernel sends the
  ///     answers for both to the first. By default a kernel id, which nobody else has.
  ///   - configuration: time-outs, limits, serializers.
  /// - Throws: `invalidArgument` for a name or setting that can't be.
  public init(_ address: Address, name: String? = nil, configuration: Configuration = .init()) throws(IKCError) {
    try configuration.check()
    let name = name ?? KernelID.make()
    guard KernelName.isAddressable(name) else {
      throw IKCError(
        .invalidArgument, "'\(name)' can't be a client's name; use letters, digits, blanks, '_', '.' and '-'")
    }
    self.address = address
    self.name = name
    self.configuration = configuration
    identity = LocalIdentity(
      id: name, pid: KernelID.processID, negotiation: configuration.negotiation,
      serializers: configuration.serializers.map(\.package))
    inbox = LightInbox(maximumSize: configuration.maximumFrameLength)
  }

  // MARK: The connection

  /// Makes sure that there is a connection: one that is open is tried with a ping, and made anew where that fails.
  ///
  /// - Parameter timeout: for connecting and negotiating; `Configuration.connectTimeout` where nil.
  /// - Throws: `connectFailed`, `negotiationFailed`, `timedOut`.
  public func connect(timeout: Duration? = nil) throws(IKCError) {
    if connection != nil, (try? ping()) != nil { return }
    try open(timeout: timeout)
  }

  /// Ends the connection, and forgets the events that came through it. The next operation connects anew.
  public func disconnect() {
    connection = nil
    inbox.removeAll()
  }

  /// Whether there is a connection whose end has not been seen. Only ``ping(timeout:)`` tells whether the peer is alive.
  public var isConnected: Bool { connection != nil }

  /// The peer's canonical name, its kernel id; nil while not connected.
  public var kernel: String? { connection?.kernel }

  /// All names that the peer announced, canonical first; empty while not connected.
  public var kernelNames: [String] { connection?.peer.names ?? [] }

  /// The serializer in use, by its Perl package name; nil while not connected.
  public var serializer: String? { connection?.peer.serializer }

  /// The protocol that was negotiated; nil while not connected.
  public var negotiationProtocol: NegotiationProtocol? { connection?.peer.negotiation }

  /// The connection, made now if there is none.
  func connected() throws(IKCError) -> LightConnection {
    if let connection { return connection }
    return try open(timeout: nil)
  }

  @discardableResult
  private func open(timeout: Duration?) throws(IKCError) -> LightConnection {
    connection = nil
    let deadline = try LightDeadline(timeout ?? configuration.connectTimeout)
    let opened = try LightConnection.open(
      to: address, identity: identity, configuration: configuration, deadline: deadline.instant)
    connection = opened
    return opened
  }

  // MARK: Requests

  /// A place for an answer that no other request has.
  func nextResponse() -> Specifier.Parts {
    defer { requests += 1 }
    return Specifier.Parts(kernel: name, session: Self.session, state: "response\(requests)")
  }

  /// The session that it poses as.
  static let session = "IKCLite"
}

@available(*, unavailable)
extension LightClient: Sendable {}
