extension Monitor {
  /// During which operation something went wrong, by the names of IKC 0.2402.
  ///
  /// The set is open: a peer may name others, which begin with `remote-`. `remote` and `local` tell where it happened, not
  /// where the request came from.
  public struct Operation: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The name, such as `remote-check`.
    public let rawValue: String

    /// The operation of that name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The name.
    public var description: String { rawValue }

    /// Whether it failed in the other kernel.
    public var isRemote: Bool { rawValue == "remote" || rawValue.hasPrefix("remote-") }

    /// Whether it failed in this kernel, on behalf of the other one.
    public var isLocal: Bool { rawValue.hasPrefix("local-") }

    /// The remote kernel could not read a request.
    public static let remoteRequest = Operation(rawValue: "remote-request")
    /// The remote kernel has not published what was posted to.
    public static let remoteCheck = Operation(rawValue: "remote-check")
    /// The remote kernel found no session for a request.
    public static let remoteResolve = Operation(rawValue: "remote-resolve")
    /// The remote kernel's handler failed.
    public static let remoteInvocation = Operation(rawValue: "remote-invocation")

    /// A message of the remote kernel can't be read: a request, or the answer to a call.
    public static let localRequest = Operation(rawValue: "local-request")
    /// A request of the remote kernel is for what is not published here.
    public static let localCheck = Operation(rawValue: "local-check")
    /// A request of the remote kernel is for a session that is gone.
    public static let localResolve = Operation(rawValue: "local-resolve")
    /// The handler of a request of the remote kernel threw, or its result can't be sent.
    public static let localInvocation = Operation(rawValue: "local-invocation")

    /// A channel could not be set up: its negotiation failed.
    public static let channelSetup = Operation(rawValue: "channel-setup")
    /// A listener can't accept connections at the moment, for lack of descriptors say; it tries again.
    public static let channelAccept = Operation(rawValue: "channel-accept")
    /// A channel could not be read from, or the peer sent what is no frame.
    public static let channelRead = Operation(rawValue: "channel-read")
    /// A channel could not be written to.
    public static let channelWrite = Operation(rawValue: "channel-write")

    /// A subscription was refused or not answered.
    public static let subscribe = Operation(rawValue: "subscribe")
    /// A worker process could not be started.
    public static let fork = Operation(rawValue: "fork")
    /// No kernel of that name is connected.
    public static let resolve = Operation(rawValue: "resolve")

    /// What a peer reports with `remote_error`; `when` is its word for it.
    static func remote(_ when: String?) -> Operation {
      guard let when, !when.isEmpty, when.utf8.count <= 64 else { return Operation(rawValue: "remote") }
      return Operation(rawValue: when.hasPrefix("remote-") ? when : "remote-" + when)
    }

    /// What ended a channel with an error.
    static func ending(_ channel: Channel, wasRegistered: Bool) -> Operation {
      guard wasRegistered else { return channelSetup }
      return channel.connection.failedWriting ? channelWrite : channelRead
    }

    /// What fails here.
    static func local(_ when: Responder.When) -> Operation { Operation(rawValue: "local-" + when.rawValue) }
  }
}
