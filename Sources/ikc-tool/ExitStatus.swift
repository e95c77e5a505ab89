import IKC

/// How a command ends: what scripts branch on.
enum ExitStatus: Int32 {
  case done = 0
  /// The peer reported an error.
  case peerError = 1
  /// The command line makes no sense.
  case usage = 2
  /// No connection, or no agreement on how to talk; also a connection that ends before the answer.
  case unreachable = 3
  /// No answer in time.
  case timedOut = 4
  /// Bytes or JSON that cannot be read.
  case unreadable = 5
}

extension ExitStatus {
  /// The status for what the library reports while it talks to a peer.
  init(_ code: IKCError.Code) {
    switch code {
    case .remote, .refused, .handlerFailed: self = .peerError
    case .invalidSpecifier, .invalidArgument: self = .usage
    case .timedOut: self = .timedOut
    case .cannotEncode, .cannotDecode: self = .unreadable
    default: self = .unreachable
    }
  }
}

/// Why a command ends before it is done.
struct Failure: Error {
  let status: ExitStatus
  /// One sentence.
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  init(_ error: IKCError) {
    self.init(ExitStatus(error.code), error.message)
  }
}
