import CUV
import Foundation
import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5)))
struct ConnectTests {
  /// A listening socket that nobody accepts from.
  private func deafServer(backlog: CInt) throws -> (descriptor: CInt, address: Address) {
    let place = try #require(SocketAddress(number: "127.0.0.1", port: 0))
    let descriptor = place.withPointer { ikc_listen($0, backlog, 0, 0) }
    try #require(descriptor >= 0)
    let bound = try #require(SocketAddress(descriptor: descriptor, peer: false))
    return (descriptor, .tcp("127.0.0.1", port: bound.port))
  }

  @Test(arguments: Medium.sockets)
  func wherNobodyListensConnectingFails(medium: Medium) async throws {
    let loop = try EventLoop()
    var address = medium.address
    if case .tcp(let host, _) = address {
      // A port that was free a moment ago.
      let set = try await ListenerSet.open(on: .tcp(host, port: 0), loops: [loop]) { $0.abort() }
      address = set.address
      try await set.close()
    }
    let target = address
    let error = await #expect(throws: IKCError.self) { try await loop.connect(to: target, handler: Recorder()) }
    #expect(error?.code == .connectFailed)
    #expect(error?.message.hasPrefix("can't connect to \(target): ") == true)
    try await loop.stop()
  }

  @Test func aServerThatDoesNotAnswerTimesOut() async throws {
    let (descriptor, address) = try deafServer(backlog: 0)
    defer { close(descriptor) }
    let loop = try EventLoop()
    // Its backlog takes a connection or two; a later one gets no answer.
    var code: IKCError.Code?
    for _ in 0..<20 where code == nil {
      do {
        _ = try await loop.connect(to: address, handler: Recorder(), timeout: .milliseconds(200))
      } catch let error as IKCError {
        code = error.code
      }
    }
    #expect(code == .timedOut)
    try await loop.stop()
  }

  @Test func aUnixServerWithAFullBacklogIsAskedAgain() async throws {
    let path = temporaryPath()
    let place = try #require(SocketAddress(path: path))
    let descriptor = place.withPointer { ikc_listen($0, 0, 0, 0) }
    try #require(descriptor >= 0)
    let loop = try EventLoop()
    _ = try await loop.connect(to: .unix(path), handler: Recorder())
    let second = Task { try await loop.connect(to: .unix(path), handler: Recorder()) }
    try await loop.perform {}
    let accepted = await Task.detached { [descriptor] () -> [CInt] in
      var accepted: [CInt] = []
      while accepted.count < 2 {
        var peer = SocketAddress()
        let next = ikc_accept(descriptor, &peer.storage)
        if next >= 0 { accepted.append(next) } else { await Task.yield() }
      }
      return accepted
    }.value
    _ = try await second.value
    for each in accepted + [descriptor] { close(each) }
    try FileManager.default.removeItem(atPath: path)
    try await loop.stop()
  }

  @Test func aHostThatDoesNotExistFails() async throws {
    let loop = try EventLoop()
    let error = await #expect(throws: IKCError.self) {
      try await loop.connect(to: .tcp("no such host.invalid", port: 1), handler: Recorder())
    }
    #expect(error?.code == .connectFailed)
    #expect(error?.message.hasPrefix("can't look up 'no such host.invalid': ") == true)
    try await loop.stop()
  }

  @Test(arguments: [0, -1, 65536, Int.max])
  func aPortOutsideTheRangeIsRefused(port: Int) async throws {
    let loop = try EventLoop()
    let error = await #expect(throws: IKCError.self) {
      try await loop.connect(to: .tcp("127.0.0.1", port: port), handler: Recorder())
    }
    #expect(error?.code == .invalidArgument)
    try await loop.stop()
  }

  @Test func theLoopMayStopWhileConnecting() async throws {
    let (descriptor, address) = try deafServer(backlog: 0)
    defer { close(descriptor) }
    let loop = try EventLoop()
    let outcomes = Observed(0)
    try await loop.perform {
      for _ in 0..<10 {
        loop.connect(to: address, timeout: .seconds(3600)) { result in
          if case .success(let connection) = result { connection.handler = Recorder() }
          outcomes.update { $0 += 1 }
        }
      }
    }
    try await loop.stop()
    #expect(outcomes.value == 10)
  }
}
