import Foundation
import Testing

@testable import IKC

/// What carries the bytes.
enum Medium: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case tcp4, tcp6, unix, memory

  var testDescription: String { rawValue }

  /// Those with a socket that this machine has.
  static let sockets: [Medium] = hasIPv6 ? [.tcp4, .tcp6, .unix] : [.tcp4, .unix]
  static let all: [Medium] = sockets + [.memory]

  private static let hasIPv6 = FileManager.default.fileExists(atPath: "/proc/net/if_inet6") || !isLinux

  private static var isLinux: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }

  /// A free place to listen at.
  var address: Address {
    switch self {
    case .tcp4: .tcp("127.0.0.1", port: 0)
    case .tcp6: .tcp("::1", port: 0)
    case .unix, .memory: .unix(temporaryPath())
    }
  }
}

/// A path that nobody else uses, short enough for a unix socket.
func temporaryPath() -> String {
  FileManager.default.temporaryDirectory.path + "/ikc-\(UUID().uuidString.prefix(13)).sock"
}

/// Two connected ends, each with its recorder, reading.
struct Link: Sendable {
  let client: Connection
  let server: Connection
  let clientSide: Recorder
  let serverSide: Recorder
  let address: Address
  private let loops: [EventLoop]
  private let listener: ListenerSet?

  /// - Parameter reads: whether the server reads from the start.
  static func open(
    _ medium: Medium, limits: ConnectionLimits = .patient, clientLimits: ConnectionLimits = .patient,
    client clientSide: Recorder = Recorder(), server serverSide: Recorder = Recorder(), reads: Bool = true
  ) async throws -> Link {
    let loop = try EventLoop()
    if medium == .memory {
      let (left, right) = try await loop.perform {
        Result { () throws(IKCError) in try MemoryConnection.pair(on: loop, limits: limits) }
      }.get()
      try await loop.perform {
        left.handler = clientSide
        right.handler = serverSide
        left.startReading()
        if reads { right.startReading() }
      }
      return Link(
        client: left, server: right, clientSide: clientSide, serverSide: serverSide, address: medium.address,
        loops: [loop], listener: nil)
    }
    let clientLoop = try EventLoop()
    let accepted = Observed<Connection?>(nil)
    var options = ListenOptions()
    options.limits = limits
    let listener = try await ListenerSet.open(on: medium.address, loops: [loop], options: options) { connection in
      connection.handler = serverSide
      if reads { connection.startReading() }
      accepted.update { $0 = connection }
    }
    let client = try await clientLoop.connect(to: listener.address, limits: clientLimits, handler: clientSide)
    let server = try #require(try await accepted.until { $0 != nil })
    return Link(
      client: client, server: server, clientSide: clientSide, serverSide: serverSide, address: listener.address,
      loops: [clientLoop, loop], listener: listener)
  }

  func close() async throws {
    for loop in loops { try await loop.stop() }
  }
}

extension ConnectionLimits {
  /// Those of tests: a thread that is not scheduled for a while is no peer that stands still.
  static let patient = {
    var limits = ConnectionLimits()
    limits.linger = .seconds(120)
    return limits
  }()
}

extension EventLoop {
  /// Runs `body` on the loop and waits for it.
  func perform<R: Sendable>(_ body: @escaping @Sendable () -> R) async throws -> R {
    try await completed { completion in
      let taken = execute { completion(body()) }
      precondition(taken, "the loop has stopped")
    }
  }

  func stop() async throws {
    try await completed { completion in stop { completion(()) } }
  }

  func connect(
    to address: Address, limits: ConnectionLimits = ConnectionLimits(), handler: Recorder,
    timeout: Duration = .seconds(20)
  ) async throws -> Connection {
    let result: Result<Connection, IKCError> = try await completed { completion in
      let taken = execute {
        self.connect(to: address, limits: limits, timeout: timeout) { result in
          if case .success(let connection) = result {
            connection.handler = handler
            connection.startReading()
          }
          completion(result)
        }
      }
      precondition(taken, "the loop has stopped")
    }
    return try result.get()
  }
}

extension ListenerSet {
  static func open(
    on address: Address, loops: [EventLoop], options: ListenOptions = ListenOptions(),
    accepted: @escaping @Sendable (Connection) -> Void
  ) async throws -> ListenerSet {
    let result: Result<ListenerSet, IKCError> = try await completed { completion in
      let hooks = AcceptHooks(accepted: { connection, _ in accepted(connection) })
      open(on: address, loops: loops, options: options, hooks: hooks, completion: completion)
    }
    return try result.get()
  }

  func close() async throws {
    try await completed { completion in close { completion(()) } }
  }
}

extension Connection {
  /// Writes from the caller's thread.
  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    write { output in bytes.withUnsafeBytes { output.append($0) } }
  }
}

/// The frame that carries `octets`.
func frame(_ octets: [UInt8]) -> [UInt8] { Array("\(octets.count)".utf8) + [0] + octets }
func frame(_ text: String) -> [UInt8] { frame(Array(text.utf8)) }
