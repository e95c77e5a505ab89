import CUV
import Foundation
import IKC

/// A kernel and its peers, on a loop that is run turn by turn, all of it on one thread.
final class Population {
  /// How many peers connect in a turn, as many as listeners accept from some sockets.
  private static let connectsPerTurn = 256
  /// How many events arrive in a turn.
  private static let eventsPerTurn = 256

  let count: Int
  private let work: GrowthFrames
  private let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
  /// Keeps the loop running: connections in memory are no handles.
  private let idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
  private let limits = UnsafeMutablePointer<ikc_limits>.allocate(capacity: 1)
  private let kernel: Kernel
  private let core: UnsafeMutablePointer<ikc_loop>
  private var peers: [Peers.End] = []
  /// All peers in random order, and how far events have come in it.
  private var order: [UInt32]
  private var next = 0

  init(_ count: Int, _ work: GrowthFrames, seed: UInt64) throws {
    self.count = count
    self.work = work
    guard uv_loop_init(loop) == 0 else { throw Failure("cannot make an event loop") }
    uv_idle_init(loop, idle)
    uv_idle_start(idle) { _ in }
    kernel = try Kernel(name: "Bench", adopting: loop)
    try BenchSession.publish(in: kernel)
    core = kernel.loopCore.assumingMemoryBound(to: ikc_loop.self)
    Peers.join(core)
    limits.initialize(to: ikc_limits(line: 1 << 16, frame: 1 << 20, high: .max, low: .max, owner: nil))
    var generator = SplitMix(state: seed)
    order = (0..<UInt32(count)).shuffled(using: &generator)
    try makePeers()
  }

  /// Makes the peers' own ends, before the memory of the kernel's ends is read.
  func makePeers() throws {
    peers.reserveCapacity(count)
    for _ in 0..<count { peers.append(try Peers.make()) }
  }

  /// Runs turns until all of something has happened.
  private func run(_ turns: inout Turns, until hasHappened: () -> Bool, _ what: String) throws {
    let deadline = Date().addingTimeInterval(20)
    while !hasHappened() {
      turns.run(loop)
      if turns.count % 1024 == 0, Date() > deadline { throw Failure("\(what) came to no end") }
    }
    if Peers.counts.failures > 0 { throw Failure("\(what): \(Peers.counts.failures) connections failed") }
  }

  /// Connects all peers and negotiates with them.
  func register() throws -> Turns {
    Peers.counts = Peers.Counts()
    let listener = kernel.memoryListener()
    var turns = Turns()
    var connected = 0
    while connected < count {
      let began = Turns.now
      for number in connected..<min(connected + Self.connectsPerTurn, count) {
        let other = try Peers.connect(peers[number], on: core, limits: limits)
        work.setup(number).withUnsafeBytes { Peers.send($0, from: peers[number]) }
        listener.accept(other, peerAddress: work.address(number))
      }
      connected = min(connected + Self.connectsPerTurn, count)
      uv_run(loop, UV_RUN_NOWAIT)
      turns.add(Turns.now - began)
    }
    try run(&turns, until: { Peers.counts.established == count }, "the negotiation of \(count) peers")
    guard kernel.channelCount == count else { throw Failure("\(kernel.channelCount) of \(count) are registered") }
    return turns
  }

  /// Puts events on the first `channels` of the random order, in turn.
  func run(_ kind: GrowthWork, _ events: Int, channels: Int) throws -> Turns {
    Peers.counts = Peers.Counts()
    var turns = Turns()
    var done = 0
    while done < events {
      let began = Turns.now
      var posted = 0.0
      for _ in 0..<min(Self.eventsPerTurn, events - done) {
        let number = Int(order[next % channels])
        next += 1
        switch kind {
        case .received: work.withPost { Peers.send($0, from: peers[number]) }
        case .answered: work.withCall(number) { Peers.send($0, from: peers[number]) }
        case .sent:
          try kernel.post(
            Specifier(kernel: work.name(number), session: "bench", state: "count"), work.payload)
        }
      }
      done += min(Self.eventsPerTurn, events - done)
      if kind == .sent { posted = Turns.now - began }
      let turned = Turns.now
      uv_run(loop, UV_RUN_NOWAIT)
      turns.add(Turns.now - turned + posted)
    }
    let answers = kind == .received ? 0 : events
    try run(
      &turns, until: { Peers.counts.frames >= answers && core.pointee.dirty == nil }, "\(events) times \(kind.rawValue)"
    )
    return turns
  }

  /// All peers close at once.
  func closePeers() throws -> Turns {
    Peers.counts = Peers.Counts()
    for peer in peers { ikc_stream_close(peer) }
    peers.removeAll(keepingCapacity: true)
    var turns = Turns()
    try run(
      &turns, until: { Peers.counts.closed == count && kernel.channelCount == 0 }, "closing \(count) channels")
    return turns
  }

  /// The kernel shuts down, and each peer closes when it is told.
  func shutDown() throws -> Turns {
    Peers.counts = Peers.Counts()
    let hasEnded = Flag()
    let began = Turns.now
    kernel.shutdown(deadline: .seconds(60)) { hasEnded.isSet = true }
    var turns = Turns()
    turns.add(Turns.now - began)
    try run(&turns, until: { hasEnded.isSet }, "the shutdown")
    uv_close(UnsafeMutableRawPointer(idle).assumingMemoryBound(to: uv_handle_t.self), nil)
    uv_run(loop, UV_RUN_DEFAULT)
    guard uv_loop_close(loop) == 0 else { throw Failure("the kernel left handles open") }
    return turns
  }

  // @unchecked: the kernel shuts down on this thread.
  private final class Flag: @unchecked Sendable {
    var isSet = false
  }
}

/// Random numbers that a seed repeats: SplitMix64, public domain, Sebastiano Vigna.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
