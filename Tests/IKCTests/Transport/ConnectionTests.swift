import Foundation
import TestSupport
import Testing

@testable import IKC

/// The same expectations of every medium.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionTests {
  @Test(arguments: Medium.all)
  func linesThenFramesGoBothWays(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send("HELLO\r\nGO\r\n")
    link.client.send(frame("one") + frame(""))
    link.server.send("WELCOME\nGO\r")
    try await link.clientSide.heard.until { $0.lines.count == 2 }
    link.server.send(Array("\n".utf8) + frame("two"))
    let server = try await link.serverSide.heard.until { $0.frames.count == 2 }
    let client = try await link.clientSide.heard.until { $0.frames.count == 1 }
    #expect(server.lines == ["HELLO", "GO"])
    #expect(server.frames == [Array("one".utf8), []])
    #expect(client.lines == ["WELCOME", "GO"])
    #expect(client.frames == [Array("two".utf8)])
    try await link.close()
    #expect(link.serverSide.heard.value.closes == 1)
    #expect(link.clientSide.heard.value.closes == 1)
  }

  @Test(arguments: [Medium.tcp4, .unix, .memory])
  func theStreamMayBeCutAnywhere(medium: Medium) async throws {
    let bytes = Array("HELLO\r\nA\nB\rGO\n\r".utf8) + frame("abc") + frame("") + frame("0123456789ab") + frame("z")
    for cut in 1..<bytes.count {
      let link = try await Link.open(medium)
      link.client.send(Array(bytes[..<cut]))
      // The second packet leaves when the first has been taken.
      if let first = bytes[..<cut].firstIndex(where: { $0 == 13 || $0 == 10 }) {
        let lines = bytes[..<cut].filter { $0 == 13 || $0 == 10 }.count > 0
        if lines, first < cut { try await link.serverSide.heard.until { !$0.lines.isEmpty } }
      }
      try await link.client.loop.perform {}
      try await link.server.loop.perform {}
      link.client.send(Array(bytes[cut...]))
      let heard = try await link.serverSide.heard.until { $0.frames.count == 4 || $0.closes > 0 }
      #expect(heard.lines == ["HELLO", "A", "B", "GO"], "cut at \(cut)")
      #expect(
        heard.frames.map { String(decoding: $0, as: UTF8.self) } == ["abc", "", "0123456789ab", "z"], "cut at \(cut)")
      try await link.close()
    }
  }

  @Test(arguments: Medium.all)
  func bytesMayComeOneByOne(medium: Medium) async throws {
    let link = try await Link.open(medium)
    for byte in Array("HELLO\r\nGO\r\n".utf8) + frame("abc") + frame("0123456789ab") {
      link.client.send([byte])
      try await link.client.loop.perform {}
    }
    let heard = try await link.serverSide.heard.until { $0.frames.count == 2 }
    #expect(heard.lines == ["HELLO", "GO"])
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func framesOfAllSizesArriveWhole(medium: Medium) async throws {
    let slab = 256 << 10
    let sizes = [
      0, 1, 9, 10, 99, 1000, 65535, slab - 8, slab - 7, slab - 6, slab, slab + 1, 3 * slab + 5, 1, 5 << 20, 7,
    ]
    let frames = sizes.enumerated().map { index, size in [UInt8](repeating: UInt8(index + 1), count: size) }
    let link = try await Link.open(medium)
    link.client.send("GO\n")
    for octets in frames { link.client.send(frame(octets)) }
    let heard = try await link.serverSide.heard.until { $0.frames.count == frames.count }
    #expect(heard.frames == frames)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func manyFramesOfOneReadComeInOneCall(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send("GO\n")
    let loop = link.client.loop
    try await loop.perform { for _ in 0..<5000 { link.client.send(frame("x")) } }
    let heard = try await link.serverSide.heard.until { $0.frames.count == 5000 }
    #expect(heard.calls <= 20, "5,000 frames in \(heard.calls) calls")
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aLineOverTheLimitClosesTheConnection(medium: Medium) async throws {
    var limits = ConnectionLimits.patient
    limits.maximumLineLength = 100
    for text in [String(repeating: "x", count: 101), String(repeating: "y", count: 101) + "\r\n"] {
      let link = try await Link.open(medium, limits: limits)
      link.client.send(String(repeating: "a", count: 100) + "\n")
      link.client.send(text)
      let heard = try await link.serverSide.heard.until { $0.closes == 1 }
      #expect(heard.error?.code == .lineTooLong)
      #expect(heard.lines.map(\.count) == [100])
      try await link.clientSide.heard.until { $0.ends + $0.closes > 0 }
      try await link.close()
    }
  }

  @Test(arguments: Medium.all)
  func aFrameOverTheLimitClosesTheConnection(medium: Medium) async throws {
    var limits = ConnectionLimits.patient
    limits.maximumFrameLength = 10
    let link = try await Link.open(medium, limits: limits)
    link.client.send(Array("GO\n".utf8) + frame("0123456789") + Array("11\0".utf8))
    let heard = try await link.serverSide.heard.until { $0.closes == 1 }
    #expect(heard.frames.count == 1)
    #expect(heard.error?.code == .frameTooLong)
    #expect(heard.error?.message == "a frame of 11 octets exceeds the limit of 10")
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func junkWhereAFrameShouldBeginClosesTheConnection(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send(Array("GO\n".utf8) + frame("good") + Array("GET /\"\u{1}\r\n".utf8))
    let heard = try await link.serverSide.heard.until { $0.closes == 1 }
    #expect(heard.frames == [Array("good".utf8)])
    #expect(heard.error?.code == .badFrame)
    #expect(
      heard.error?.message
        == #"a frame begins with its length in decimal digits and a NUL, not with "GET /\x22\x01\x0D\x0A""#)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func repliesToWhatCameBeforeJunkAreStillSent(medium: Medium) async throws {
    let server = Recorder(onFrames: { connection, _ in connection.send(frame("reply")) })
    let link = try await Link.open(medium, server: server)
    link.server.send("GO\n")
    link.client.send(Array("GO\n".utf8) + frame("good") + Array("junk".utf8))
    let heard = try await link.clientSide.heard.until { $0.ends == 1 }
    #expect(heard.frames == [Array("reply".utf8)])
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func whatFollowsAStopIsThrownAway(medium: Medium) async throws {
    let link = try await Link.open(medium, server: Recorder(modeAfter: { $0 == "STOP" ? .stop : .lines }))
    link.client.send("A\nSTOP\nB\n")
    link.client.send("C\n")
    try await link.client.loop.perform { link.client.finish() }
    let heard = try await link.serverSide.heard.until { $0.closes == 1 }
    #expect(heard.lines == ["A", "STOP"])
    #expect(heard.ends == 1)
    #expect(heard.error == nil)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aPauseHoldsBackWhatCame(medium: Medium) async throws {
    let server = Recorder(modeAfter: { _ in .lines }, onFrames: nil)
    let link = try await Link.open(medium, server: server, reads: false)
    link.client.send("one\ntwo\n")
    try await link.client.loop.perform {}
    try await link.server.loop.perform {}
    #expect(link.serverSide.heard.value.lines.isEmpty)
    try await link.server.loop.perform { link.server.resumeReading() }
    let heard = try await link.serverSide.heard.until { $0.lines.count == 2 }
    #expect(heard.lines == ["one", "two"])
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aPauseWithinABatchHoldsBackTheRest(medium: Medium) async throws {
    let pauses = Recorder(onFrames: { connection, _ in connection.pauseReading() })
    let link = try await Link.open(medium, server: pauses)
    try await link.client.loop.perform {
      link.client.send("GO\n")
      for index in 0..<3000 { link.client.send(frame("\(index)")) }
      link.client.finish()
    }
    // 1,024 frames a call, and nothing until it goes on.
    for round in 1... {
      let heard = try await link.serverSide.heard.until { $0.calls >= round || $0.ends > 0 }
      if heard.ends > 0 { break }
      #expect(heard.calls == round)
      try await link.server.loop.perform { link.server.resumeReading() }
    }
    let frames = link.serverSide.heard.value.frames
    #expect(frames == (0..<3000).map { Array("\($0)".utf8) })
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aFinishedConnectionDeliversEverythingToASlowReader(medium: Medium) async throws {
    let server = Recorder(keepsFrames: false, onFrames: { connection, _ in connection.pauseReading() })
    let link = try await Link.open(medium, server: server)
    let octets = [UInt8](repeating: 7, count: 8 << 10)
    try await link.client.loop.perform {
      link.client.send("GO\n")
      for _ in 0..<1024 { link.client.send(frame(octets)) }
      link.client.finish()
    }
    var calls = 0
    while true {
      let seen = calls
      let heard = try await link.serverSide.heard.until { $0.calls > seen || $0.ends > 0 }
      if heard.ends > 0 { break }
      calls = heard.calls
      try await link.server.loop.perform { link.server.resumeReading() }
    }
    #expect(link.serverSide.heard.value.octets == 8 << 20)
    let client = try await link.clientSide.heard.until { $0.closes == 1 }
    #expect(client.error == nil)
    #expect(link.client.unsentBytes == 0)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aFinishedConnectionEndsThoughNobodyReads(medium: Medium) async throws {
    var limits = ConnectionLimits.patient
    limits.linger = .milliseconds(50)
    let link = try await Link.open(medium, limits: limits, clientLimits: limits, reads: false)
    try await link.client.loop.perform {
      link.client.send([UInt8](repeating: 65, count: 32 << 20))
      link.client.finish()
    }
    let client = try await link.clientSide.heard.until { $0.closes == 1 }
    #expect(client.error?.code == .timedOut)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aHalfClosedPeerStillGetsItsReplies(medium: Medium) async throws {
    let server = Recorder(onEnd: { connection in
      connection.send(frame("late"))
      connection.finish()
    })
    let link = try await Link.open(medium, server: server)
    link.server.send("GO\n")
    try await link.client.loop.perform { link.client.finish() }
    let client = try await link.clientSide.heard.until { $0.closes == 1 }
    #expect(client.frames == [Array("late".utf8)])
    #expect(client.error == nil)
    let heard = try await link.serverSide.heard.until { $0.closes == 1 }
    #expect(heard.error == nil)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func anAbortedConnectionIsGoneAtOnce(medium: Medium) async throws {
    let link = try await Link.open(medium)
    try await link.client.loop.perform {
      link.client.abort()
      link.client.abort()
      link.client.finish()
      link.client.send("nobody hears this\n")
    }
    let client = try await link.clientSide.heard.until { $0.closes == 1 }
    #expect(client.error == nil)
    let server = try await link.serverSide.heard.until { $0.closes == 1 }
    #expect(server.lines.isEmpty)
    link.client.send("nor this, from another thread\n")
    try await link.close()
    #expect(link.client.unsentBytes == 0)
    #expect(link.clientSide.heard.value.closes == 1)
  }

  @Test(arguments: Medium.all)
  func writersAreToldWhenTheConnectionHasDrained(medium: Medium) async throws {
    var limits = ConnectionLimits.patient
    limits.highWatermark = 64 << 10
    limits.lowWatermark = 16 << 10
    let link = try await Link.open(medium, limits: limits, clientLimits: limits, reads: false)
    link.client.send(Array("GO\n".utf8) + frame([UInt8](repeating: 1, count: 16 << 20)))
    try await link.client.loop.perform {}
    #expect(link.client.unsentBytes > 64 << 10)
    #expect(link.clientSide.heard.value.drains == 0)
    try await link.server.loop.perform { link.server.startReading() }
    try await link.clientSide.heard.until { $0.drains == 1 }
    #expect(link.client.unsentBytes <= 16 << 10)
    try await link.close()
    #expect(link.clientSide.heard.value.drains == 1)
  }

  @Test(arguments: Medium.all)
  func whoAsksIsToldThatTheConnectionHasDrained(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.notifyWhenDrained()
    try await link.clientSide.heard.until { $0.drains == 1 }
    try await link.client.loop.perform { link.client.notifyWhenDrained() }
    try await link.clientSide.heard.until { $0.drains == 2 }
    try await link.close()
    link.client.notifyWhenDrained()
    #expect(link.clientSide.heard.value.drains == 2)
  }

  @Test(arguments: Medium.all)
  func theLoopSeesItsUnsentBytesExactly(medium: Medium) async throws {
    let link = try await Link.open(medium)
    let unsent = try await link.client.loop.perform {
      link.client.send("four")
      return link.client.unsentBytes
    }
    #expect(unsent == 4)
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func writesOfEachThreadKeepTheirOrder(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send("GO\n")
    let threads = 4
    let each = 5000
    try await withThrowingTaskGroup { group in
      for thread in 0..<threads {
        group.addTask {
          for index in 0..<each { link.client.send(frame("\(thread) \(index)")) }
        }
      }
      group.addTask {
        for index in 0..<each / 50 {
          try await link.client.loop.perform {
            for step in 0..<50 { link.client.send(frame("\(threads) \(index * 50 + step)")) }
          }
        }
      }
      try await group.waitForAll()
    }
    let heard = try await link.serverSide.heard.until { $0.frames.count == (threads + 1) * each }
    var next = [Int](repeating: 0, count: threads + 1)
    for octets in heard.frames {
      let parts = String(decoding: octets, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
      guard parts.count == 2, next[parts[0]] == parts[1] else {
        Issue.record("out of order: \(parts), expected \(next)")
        break
      }
      next[parts[0]] += 1
    }
    #expect(next == [Int](repeating: each, count: threads + 1))
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func writesThatFollowOneAnotherAcrossThreadsKeepTheirOrder(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send("GO\n")
    for index in 0..<2000 {
      if index % 2 == 0 {
        link.client.send(frame("\(index)"))
      } else {
        try await link.client.loop.perform { link.client.send(frame("\(index)")) }
      }
    }
    let heard = try await link.serverSide.heard.until { $0.frames.count == 2000 }
    #expect(heard.frames == (0..<2000).map { Array("\($0)".utf8) })
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func theLoopDoesNotWaitForAThreadThatWrites(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send("GO\n")
    link.client.send(frame("1"))
    let loop = link.client.loop
    // While this thread is within its write, the loop writes, and goes on.
    let inside = Latch()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      link.client.write { output in
        output.append(frame("2"))
        inside.open()
        done.wait()
        output.append(frame("3"))
      }
    }
    thread.start()
    try await inside.opened()
    try await loop.perform { link.client.send(frame("loop")) }
    done.signal()
    let heard = try await link.serverSide.heard.until { $0.frames.count == 4 }
    let texts = heard.frames.map { String(decoding: $0, as: UTF8.self) }
    #expect(texts.filter { $0 != "loop" } == ["1", "2", "3"])
    #expect(texts.contains("loop"))
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func aWriteThatThrowsSendsWhatItLeft(medium: Medium) async throws {
    struct Refused: Error {}
    let link = try await Link.open(medium)
    for _ in 0..<2 {
      #expect(throws: Refused.self) {
        try link.client.write { output throws(Refused) in
          output.append(Array("half".utf8))
          output.count -= 4
          throw Refused()
        }
      }
    }
    link.client.send("whole\n")
    let heard = try await link.serverSide.heard.until { $0.lines.count == 1 }
    #expect(heard.lines == ["whole"])
    try await link.close()
  }

  @Test(arguments: Medium.sockets)
  func bothEndsHaveAddresses(medium: Medium) async throws {
    let link = try await Link.open(medium)
    let (peer, local) = try await link.client.loop.perform { (link.client.peerAddress, link.client.localAddress) }
    let (serverPeer, serverLocal) = try await link.server.loop.perform {
      (link.server.peerAddress, link.server.localAddress)
    }
    #expect(peer == serverLocal)
    #expect(local == serverPeer)
    switch (medium, link.address) {
    case (.tcp4, .tcp(_, let port)): #expect(peer?.description == "127.0.0.1:\(port)")
    case (.tcp6, .tcp(_, let port)): #expect(peer?.description == "[::1]:\(port)")
    case (.unix, .unix(let path)):
      #expect(peer == .unix(path: path))
      #expect(local == .unix(path: nil))
    default: Issue.record("unexpected \(link.address)")
    }
    try await link.close()
  }

  @Test(arguments: Medium.all)
  func anIdleConnectionIsSmall(medium: Medium) async throws {
    let link = try await Link.open(medium)
    link.client.send(Array("GO\n".utf8) + frame([UInt8](repeating: 0, count: 100_000)))
    try await link.serverSide.heard.until { $0.frames.count == 1 }
    let sizes = try #require(try await link.server.loop.perform { TransportSizes(of: link.server) })
    #expect(sizes.buffers == 0)
    // With 16 bytes that the allocator may add to each of the two parts, where what it leaves over is too little to be a block.
    let most =
      switch medium {
      case .tcp4, .tcp6: 432
      case .unix: 448
      case .memory: 208
      }
    #expect(sizes.total <= most)
    try await link.close()
  }
}
