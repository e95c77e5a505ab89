extension Monitor {
  /// What a monitor is told.
  ///
  /// What happens to a kernel is told under each of its names, the real name first, then the aliases in the order in which
  /// the kernel announced them. As in IKC 0.2402 one that watches `*` hears of it that many times: `isReal` tells the
  /// first from the others.
  public struct Change: Sendable {
    /// What happened.
    public enum Kind: Sendable {
      /// A kernel has connected and negotiated; it can be posted to by this name.
      case register
      /// A kernel has gone, for that reason; nil where it went in good order.
      case unregister(IKCError?)
      /// A channel is ready; comes behind `register`.
      case channelReady
      /// A channel has ended, for that reason; nil where it did in good order. Comes before `unregister`.
      case channelClose(IKCError?)
      /// A subscription at the kernel was accepted; the specifier is what was subscribed to.
      case subscribe(Specifier)
      /// A subscription at the kernel has ended.
      case unsubscribe(Specifier)
      /// This kernel begins to shut down; its channels end after this.
      case shutdown
      /// Something went wrong, here or there.
      case error(Failure)
    }

    /// What happened.
    public let kind: Kind
    /// The name of the kernel that it happened to; `*` where it is about none in particular.
    public let kernel: String
    /// Whether `kernel` is the kernel's real name, its id, rather than an alias.
    public let isReal: Bool
    /// What the monitor was made with: a kernel's name or `*`.
    public let monitored: String
    /// The channel to the kernel; nil where there is none.
    public let channel: Channel?
    /// How many changes before this one a sequence has dropped because its reader was slow. 0 with a handler.
    public internal(set) var dropped = 0
  }

  /// Something that went wrong.
  public struct Failure: Sendable {
    /// What was being done.
    public let operation: Operation
    /// What went wrong.
    public let error: IKCError
    /// Whether who posted or called got the error as well.
    public let hasReachedCaller: Bool
  }
}

extension Monitor.Change.Kind {
  /// Its name in IKC 0.2402: `register`, `unregister`, `channel`, `subscribe`, `unsubscribe`, `shutdown` or `error`.
  public var name: String {
    switch self {
    case .register: "register"
    case .unregister: "unregister"
    case .channelReady, .channelClose: "channel"
    case .subscribe: "subscribe"
    case .unsubscribe: "unsubscribe"
    case .shutdown: "shutdown"
    case .error: "error"
    }
  }
}

extension Monitor.Change: CustomStringConvertible {
  /// On one line: what happened, the kernel's name, `real` or `alias`, and what else there is to say.
  public var description: String {
    let name = kernel == MonitorTable.all ? kernel : "\(kernel) \(isReal ? "real" : "alias")"
    switch kind {
    case .register, .shutdown: return "\(kind.name) \(name)"
    case .unregister(let reason): return "unregister \(name)" + Self.behind(reason)
    case .channelReady: return "channel ready \(name)"
    case .channelClose(let reason): return "channel close \(name)" + Self.behind(reason)
    case .subscribe(let specifier), .unsubscribe(let specifier): return "\(kind.name) \(name): \(specifier)"
    case .error(let failure): return "error \(failure.operation) \(name): \(failure.error.message)"
    }
  }

  private static func behind(_ reason: IKCError?) -> String { reason.map { ": \($0.message)" } ?? "" }
}
