/// Work whose instructions and allocations are counted: one function of one process, under callgrind.
enum CountCase: String, CaseIterable, Sendable {
  /// A post arrives; its handler ignores the parameters.
  case postReceived = "post received"
  /// A post arrives; its handler decodes the string.
  case postDecoded = "post received, 64-byte String decoded"
  /// A post of an `Encodable` string leaves.
  case postSent = "post sent"
  /// A call arrives, its handler decodes the string and returns it, the reply is written.
  case callAnswered = "call answered"
  /// A connection is accepted, negotiated, pinged once and closed by its client: all that the server's loop does for it.
  case connectionAccepted = "connection accepted"
  /// The same at the client, which connects.
  case connectionMade = "connection made"

  /// How many of the other cases' events one of this case stands for.
  var events: UInt64 { self == .connectionAccepted || self == .connectionMade ? 20 : 1 }

  /// The process that is counted.
  enum Side { case server, client }

  var side: Side { self == .postSent || self == .connectionMade ? .client : .server }

  /// The function that is counted with all that it calls; nothing that it calls is it again.
  var function: String {
    switch self {
    // From a batch of bytes, as the socket gave them, to the replies in the output buffer.
    case .postReceived, .postDecoded, .callAnswered: "ikc_stream_take"
    case .connectionAccepted, .connectionMade: "uv_run"
    // Kernel.post(_: Specifier, _: some Encodable)
    case .postSent: "$s3IKC6KernelC4postyyAA9SpecifierV_xtAA8IKCErrorVYKSERzlF"
    }
  }

  /// The load that brings it about.
  ///
  /// - Parameter loop: the client's, for posts that are counted: they are fenced. nil for posts as fast as they go.
  func driver(_ settings: Settings, fencedOn loop: ClientLoop?) -> any Driver {
    let payload = settings.payload()
    return switch self {
    case .postReceived: PostDriver(state: BenchSession.count, payload: payload)
    case .postSent:
      if let loop {
        FencedPostDriver(state: BenchSession.count, payload: payload, loop: loop)
      } else {
        PostDriver(state: BenchSession.count, payload: payload)
      }
    case .postDecoded: PostDriver(state: BenchSession.take, payload: payload)
    case .callAnswered: CallbackCallDriver(depth: 16, payload: payload, sampleEvery: .max)
    case .connectionAccepted, .connectionMade: ConnectDriver(workers: ConnectMode.defaultWorkers, settings: settings)
    }
  }
}
