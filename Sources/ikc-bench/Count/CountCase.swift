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

  /// The process that is counted.
  enum Side { case server, client }

  var side: Side { self == .postSent ? .client : .server }

  /// The function that is counted with all that it calls; nothing that it calls is it again.
  var function: String {
    switch self {
    // From a batch of bytes, as the socket gave them, to the replies in the output buffer.
    case .postReceived, .postDecoded, .callAnswered: "ikc_stream_take"
    // Kernel.post(_: Specifier, _: some Encodable)
    case .postSent: "$s3IKC6KernelC4postyyAA9SpecifierV_xtAA8IKCErrorVYKSERzlF"
    }
  }

  func driver(payload: String) -> any Driver {
    switch self {
    case .postReceived, .postSent: PostDriver(state: BenchSession.count, payload: payload)
    case .postDecoded: PostDriver(state: BenchSession.take, payload: payload)
    case .callAnswered: CallbackCallDriver(depth: 16, payload: payload, sampleEvery: .max)
    }
  }
}
