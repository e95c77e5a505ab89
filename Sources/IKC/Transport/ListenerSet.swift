import Synchronization

/// Listens on one address with any number of loops.
///
/// TCP: every loop has a listening socket of its own, and the system spreads connections over them. Unix: the first loop accepts and hands
/// the connections to all in turn.
final class ListenerSet: Sendable {
  /// Where it listens, with the port that was chosen.
  let address: Address

  private let listeners: [(loop: EventLoop, listener: LoopListener)]
  private let file: SocketFile?

  private init(address: Address, listeners: [(loop: EventLoop, listener: LoopListener)], file: SocketFile?) {
    self.address = address
    self.listeners = listeners
    self.file = file
  }

  /// Begins to listen. Any thread.
  ///
  /// - Parameters:
  ///   - address: where; port 0 lets the system choose.
  ///   - loops: who accepts, at least one.
  ///   - hooks: whom to tell.
  ///   - completion: called once, on a loop's thread.
  static func open(
    on address: Address, loops: [EventLoop], options: ListenOptions = ListenOptions(),
    hooks: AcceptHooks,
    completion: @escaping @Sendable (Result<ListenerSet, IKCError>) -> Void
  ) {
    guard let first = loops.first else {
      return completion(.failure(IKCError(.invalidArgument, "a listener needs an event loop")))
    }
    let begun = first.execute {
      guard !first.isStopping else { return completion(.failure(shutDown)) }
      resolve(address, on: first) { places in
        do throws(IKCError) {
          let socket = try makeSocket(address, places: places.get(), loops: loops, options: options)
          start(socket, loops: loops, options: options, hooks: hooks, completion: completion)
        } catch {
          completion(.failure(error))
        }
      }
    }
    if !begun { completion(.failure(shutDown)) }
  }

  /// Closes the sockets and removes a unix socket's file; accepted connections stay open. Any thread; more than once is harmless.
  ///
  /// - Parameter completion: called once all are closed.
  func close(_ completion: @escaping @Sendable () -> Void = {}) {
    file?.remove()
    let left = Countdown(listeners.count, completion)
    for (loop, listener) in listeners where !loop.execute({ listener.close { left.step() } }) { left.step() }
  }

  /// Stops or resumes accepting. Any thread.
  func setPaused(_ paused: Bool) {
    for (loop, listener) in listeners {
      loop.execute { paused ? listener.pause() : listener.resume() }
    }
  }

  private static let shutDown = IKCError(.shutdown, "the kernel shut down")

  private static func resolve(
    _ address: Address, on loop: EventLoop, completion: @escaping (Result<[SocketAddress], IKCError>) -> Void
  ) {
    guard case .tcp(let host, let port) = address else { return completion(.success([])) }
    guard (0...65535).contains(port) else {
      return completion(.failure(IKCError(.invalidArgument, "\(address) has no port (0…65535)")))
    }
    if let place = SocketAddress(number: host, port: port) { return completion(.success([place])) }
    _ = Resolver.resolve(host, port: port, on: loop) { found in
      // Perl's peers only speak IPv4.
      completion(found.map { $0.filter(\.isIPv4) + $0.filter { !$0.isIPv4 } })
    }
  }

  private static func makeSocket(
    _ address: Address, places: [SocketAddress], loops: [EventLoop], options: ListenOptions
  ) throws(IKCError) -> ListeningSocket {
    switch address {
    case .tcp(let host, _):
      try .tcp(address, host: host, places: places, count: loops.count, options: options)
    case .unix(let path):
      try .unix(address, path: path, options: options)
    }
  }

  /// Accepts on the socket's descriptors; where they are fewer than the loops, connections are spread over all loops.
  static func start(
    _ socket: ListeningSocket, loops: [EventLoop], options: ListenOptions,
    hooks: AcceptHooks,
    completion: @escaping @Sendable (Result<ListenerSet, IKCError>) -> Void
  ) {
    let room = RoomSignal()
    let gauge = options.concurrency.map { ConnectionGauge(maximum: $0) { room.send() } }
    let quota = options.connections.map { ConnectionQuota(maximum: $0) { room.send() } }
    let settings = ConnectionSettings(options.limits, gauge: gauge)
    let isUnix = socket.file != nil || socket.address.isUnix
    let listeners = zip(loops, socket.descriptors).map { loop, descriptor in
      let listener = LoopListener(
        descriptor: descriptor, isUnix: isUnix, loop: loop,
        targets: socket.descriptors.count < loops.count ? loops : [loop],
        settings: settings, quota: quota, hooks: hooks)
      return (loop: loop, listener: listener)
    }
    room.set(listeners)
    let set = ListenerSet(address: socket.address, listeners: listeners, file: socket.file)
    let failure = FirstError()
    let left = Countdown(listeners.count) {
      guard let error = failure.value else { return completion(.success(set)) }
      set.close()
      completion(.failure(error))
    }
    for (loop, listener) in listeners {
      let begun = loop.execute {
        do throws(IKCError) { try listener.start() } catch { failure.note(error) }
        left.step()
      }
      guard !begun else { continue }
      listener.closeUnstarted()
      failure.note(shutDown)
      left.step()
    }
  }
}

extension Address {
  fileprivate var isUnix: Bool {
    if case .unix = self { true } else { false }
  }
}

/// Wakes listeners that wait for room.
private final class RoomSignal: Sendable {
  private struct Target: Sendable {
    let loop: EventLoop
    weak var listener: LoopListener?
  }

  private let targets = Mutex<[Target]>([])

  func set(_ listeners: [(loop: EventLoop, listener: LoopListener)]) {
    let all = listeners.map { Target(loop: $0.loop, listener: $0.listener) }
    targets.withLock { $0 = all }
  }

  func send() {
    for target in targets.withLock({ $0 }) {
      target.loop.execute { target.listener?.hasRoom() }
    }
  }
}

/// Calls its body when it has been stepped so many times.
private final class Countdown: Sendable {
  private let left: Atomic<Int>
  private let body: @Sendable () -> Void

  init(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    left = Atomic(count)
    self.body = body
    if count == 0 { body() }
  }

  func step() {
    if left.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { body() }
  }
}

/// Keeps the first of several errors.
private final class FirstError: Sendable {
  private let error = Mutex<IKCError?>(nil)

  var value: IKCError? { error.withLock { $0 } }

  func note(_ new: IKCError) {
    error.withLock { if $0 == nil { $0 = new } }
  }
}
