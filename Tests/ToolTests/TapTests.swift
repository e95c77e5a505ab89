import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct TapTests {
  /// An `ikc tap` in front of a server.
  private final class Tapped {
    let process: ChildProcess
    let address: String
    private let folder: ScratchFolder

    init(_ server: String, over transport: Transport = .tcp, _ options: String...) async throws {
      folder = try ScratchFolder()
      let place = transport == .tcp ? "tcp://127.0.0.1:0" : "unix:" + folder.path("tap")
      process = try ChildProcess(Tool.path, ["tap", "--listen", place, "--connect", server] + options)
      let line = try #require(await process.nextLine())
      if options.contains("--json") {
        guard case .object(let object) = try JSONDecoder().decode(JSON.self, from: Data(line.utf8)),
          case .string(let text)? = object["listening"]
        else { throw Failed(line: line) }
        address = text
      } else {
        address = try #require(line.wholeMatch(of: #/listening (.+)/#).map { String($0.1) })
      }
    }

    deinit { process.kill() }

    /// The lines up to the end of the first connection, without the times.
    func lines() async -> [Substring] {
      var lines: [Substring] = []
      while let line = await process.nextLine() {
        lines.append(line.split(separator: " ", maxSplits: 1).last ?? "")
        if line.contains(" = closed") { break }
      }
      return lines
    }

    /// The objects up to the end of the first connection.
    func objects() async throws -> [[String: JSON]] {
      var objects: [[String: JSON]] = []
      while let line = await process.nextLine() {
        guard case .object(let object) = try JSONDecoder().decode(JSON.self, from: Data(line.utf8)) else { continue }
        objects.append(object)
        if object["closed"] != nil { break }
      }
      return objects
    }
  }

  private struct Failed: Error {
    let line: String
  }

  @Test(arguments: Transport.allCases, ["ikc", "ikc0"])
  func `prints the negotiation and the messages`(_ transport: Transport, _ negotiation: String) async throws {
    let server = try await DemoServer(over: transport)
    let tap = try await Tapped(server.address, over: transport)
    let outcome = try await Tool.run(
      ["call", "--connect", tap.address, "--protocol", negotiation, "--name", "Caller", "demo/add", "[1, 2]"])
    #expect(outcome.text == "3\n")
    let lines = await tap.lines()
    #expect(lines.first == "1 = opened")
    #expect(lines.contains { $0.hasPrefix(negotiation == "ikc" ? "1 > HELLO" : "1 > SETUP KERNEL=") })
    #expect(lines.contains("1 < -- frames follow: \(negotiation), Storable"))
    #expect(lines.contains { $0.hasPrefix("1 > call poe://") && $0.contains("/demo/add [1,2] rsvp poe://") })
    #expect(lines.contains { $0.hasPrefix("1 < post poe://") && $0.contains(" 3 from poe://") })
    #expect(lines.suffix(3).contains("1 > ended"))
    #expect(lines.last == "1 = closed")
    tap.process.signal(SIGTERM)
    #expect(await tap.process.outcome().status == 0)
  }

  @Test func `prints JSON`() async throws {
    let server = try await DemoServer()
    let tap = try await Tapped(server.address, "--json")
    _ = try await Tool.run(["call", "--connect", tap.address, "demo/fail"])
    let objects = try await tap.objects()
    #expect(objects.allSatisfy { $0["time"] != nil && $0["connection"] == 1 })
    #expect(objects.contains { $0["protocol"] == "ikc0" && $0["serializer"] == "Storable" })
    let call = try #require(objects.first { $0["kind"] == "call" })
    #expect(call["from"] == "client")
    let error = try #require(objects.first { $0["kind"] == "error" })
    #expect(error["from"] == "server")
    guard case .object(let message)? = error["message"], case .array(let params)? = message["params"],
      case .string(let text)? = params.first
    else { throw Failed(line: "\(error)") }
    #expect(text.contains("demo failure"))
  }

  @Test func `passes on every byte, also of what is no IKC`() async throws {
    let (received, arrivals) = AsyncStream.makeStream(of: [UInt8].self)
    let toClient = Self.bytes(seed: 1)
    let toServer = Self.bytes(seed: 2)
    let server = try RawServer { connection in
      // Both ways at once, and then half-closed: the client ends first.
      let isSent = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        connection.send(toClient)
        isSent.signal()
      }
      var bytes: [UInt8] = []
      while case let chunk = connection.receive(), !chunk.isEmpty { bytes += chunk }
      arrivals.yield(bytes)
      isSent.wait()
      connection.send("the end")
      connection.endSending()
    }
    let tap = try await Tapped(server.address)
    let client = try TestSocket(tap.address)
    let answer = Task { await client.exchange(toServer) }
    for await bytes in received {
      #expect(bytes == toServer)
      break
    }
    let all = await answer.value
    #expect(all.count == toClient.count + 7)
    #expect(all.elementsEqual(toClient + Array("the end".utf8)))
    let lines = await tap.lines()
    #expect(lines.contains("1 > HELLO"))
    #expect(lines.last == "1 = closed")
  }

  @Test(arguments: ["Storable", "JSON", "YAML"])
  func `reads every serializer`(_ serializer: String) async throws {
    let server = try await DemoServer()
    let tap = try await Tapped(server.address)
    let outcome = try await Tool.run(
      ["call", "--connect", tap.address, "--serializer", serializer, "demo/echo", #"{"a": ["x", "y"]}"#])
    #expect(try Tool.json(outcome) == ["a": ["x", "y"]])
    let lines = await tap.lines()
    #expect(lines.contains("1 < -- frames follow: ikc0, \(serializer)"))
    #expect(lines.count { $0.contains(#" {"a":["x","y"]} "#) } == 2)
  }

  @Test func `a broken connection is passed on as such`() async throws {
    let server = try RawServer { connection in
      connection.receive(until: "bye")
      connection.breakOff()
    }
    let tap = try await Tapped(server.address)
    let client = try TestSocket(tap.address)
    client.send("bye\r\n")
    #expect(await client.end() == ECONNRESET)
    #expect(await tap.lines().last?.hasPrefix("1 = closed: can't receive") == true)
  }

  @Test func `output that nobody takes holds up neither the connections nor the end`() async throws {
    let server = try await DemoServer()
    let folder = try ScratchFolder()
    let (pipe, socket) = (folder.path("pipe"), folder.path("tap"))
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDWR)
    defer { close(reader) }
    let tap = try ChildProcess(
      "sh",
      [
        "-c", #"exec "$0" tap --listen "unix:$1" --connect "$2" > "$3""#, Tool.path, socket, server.address, pipe,
      ])
    while !FileManager.default.fileExists(atPath: socket) { await Task.yield() }
    for _ in 1...2 {
      let outcome = try await Tool.run(["call", "--connect", "unix:\(socket)", "demo/big", "300000"])
      #expect(outcome.output.count == 300_003)
    }
    tap.signal(SIGTERM)
    #expect(await tap.outcome().status == 0)
    #expect(!FileManager.default.fileExists(atPath: socket))
  }

  @Test func `hundreds of connections stay open at once`() async throws {
    let server = try await DemoServer()
    let tap = try await Tapped(server.address)
    let sockets = try (0..<300).map { _ in try TestSocket(tap.address) }
    for socket in sockets { socket.send("HELLO\r\n") }
    for socket in sockets { #expect(await socket.receive().hasPrefix("IAM ")) }
  }

  @Test func `a message that can't be read is passed on and reported`() async throws {
    let server = try RawServer { connection in
      connection.receive(until: "\r\n")
      connection.send("SETUP KERNEL=id,Raw;FREEZER=Storable;PID=1\r\n")
      connection.receive(until: "demo/echo")
      connection.send("5\0hello")
      connection.drain()
    }
    let tap = try await Tapped(server.address)
    let outcome = try await Tool.run(["call", "--connect", tap.address, "--timeout", "0.3", "demo/echo"])
    #expect(outcome.status == 4)
    #expect(await tap.lines().contains { $0.hasPrefix("1 < a message of 5 bytes that can't be read: ") })
  }

  @Test func `a server that is not there ends the connection, not the tap`() async throws {
    let folder = try ScratchFolder()
    let tap = try await Tapped("unix:" + folder.path("nobody"))
    for number in 1...2 {
      let outcome = try await Tool.run(["ping", "--connect", tap.address])
      #expect(outcome.status == 3)
      #expect(await tap.lines().last?.hasPrefix("\(number) = closed: can't connect") == true)
    }
  }

  @Test func `an address in use ends with status 3, and one without port with 2`() async throws {
    let server = try await DemoServer()
    try await Tool.expectFailure(Tool.run(["tap", "--listen", server.address, "--connect", server.address]), 3)
    try await Tool.expectFailure(Tool.run(["tap", "--listen", "nowhere", "--connect", server.address]), 2)
    try await Tool.expectFailure(Tool.run(["tap", "--connect", server.address]), 2)
  }

  @Test(.enabled(if: Perl.hasLibrary), arguments: ["ikc", "ikc0"])
  func `stands between a real Perl client and server`(_ negotiation: String) async throws {
    let server = try Perl.script(
      "real-server.pl", "tcp://127.0.0.1:0", "--name", "PerlServer", "--protocol", negotiation)
    let listening = try #require(await server.nextLine())
    let address = try #require(listening.firstMatch(of: #/"listening":"([^"]+)"/#).map { String($0.1) })
    let tap = try await Tapped(address)
    let client = try Perl.script(
      "real-client.pl", tap.address, "--name", "PerlClient", "--protocol", negotiation, "--do",
      #"[["call","demo/echo",{"a":[1,"x"]}],["post","demo/notify",["tick",2]],["wait","tick"],["wait","tick"],["call","demo/nosuch"]]"#
    )
    let outcome = await client.outcome()
    #expect(outcome.text.contains(#""finished":1"#), "\(outcome.text) \(outcome.errors)")
    let lines = await tap.lines()
    #expect(lines.contains("1 < -- frames follow: \(negotiation), Storable"))
    #expect(lines.contains { $0.hasPrefix("1 > call poe:") && $0.contains(#"/demo/echo {"a":[1,"x"]} rsvp "#) })
    #expect(lines.contains { $0.hasPrefix("1 < post poe:") && $0.contains(#"/client/IKC:proxy ["tick",[2]]"#) })
    #expect(lines.contains { $0.hasPrefix("1 < error ") && $0.contains("has not published state 'nosuch'") })
    try server.closeInput()
    _ = await server.outcome()
  }

  /// A megabyte of anything, in which lines end soon.
  private static func bytes(seed: UInt64) -> [UInt8] {
    var state = seed
    return Array("HELLO\r\n".utf8)
      + (0..<1 << 20).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
      }
  }
}
