import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct ConnectionFailureTests {
  @Test(arguments: ["call", "post", "ping"])
  func `a refused connection ends with status 3`(_ command: String) async throws {
    let folder = try ScratchFolder()
    let address: String
    do {
      let server = try RawServer { _ in }
      address = server.address
    }
    let specifier = command == "ping" ? [] : ["demo/echo"]
    for address in [address, "unix:" + folder.path("nobody"), "tcp://no.such.host.invalid:1"] {
      try await Tool.expectFailure(Tool.run([command, "--connect", address] + specifier), 3)
    }
  }

  @Test(arguments: ["ikc", "ikc0"])
  func `a peer that never answers ends with status 4`(_ negotiation: String) async throws {
    let server = try RawServer { $0.drain() }
    let outcome = try await Tool.run(
      ["call", "--connect", server.address, "--protocol", negotiation, "--timeout", "0.2", "demo/echo"])
    Tool.expectFailure(outcome, 4)
  }

  @Test(arguments: ["ikc", "ikc0"])
  func `a peer that closes instead of negotiating ends with status 3`(_ negotiation: String) async throws {
    let server = try RawServer { $0.receive(until: "\n") }
    let outcome = try await Tool.run(["call", "--connect", server.address, "--protocol", negotiation, "demo/echo"])
    Tool.expectFailure(outcome, 3)
  }

  @Test(arguments: [
    String(repeating: "x", count: 100_000),
    "SETUP KERNEL=id;FREEZER=No::Such;PID=1\r\n",
    "NOT\r\nNOT\r\nNOT\r\nNOT\r\n",
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
  ])
  func `a peer that talks nonsense ends with status 3 or 4`(_ nonsense: String) async throws {
    let server = try RawServer { connection in
      connection.receive(until: "\n")
      connection.send(nonsense)
      connection.drain()
    }
    let outcome = try await Tool.run(["call", "--connect", server.address, "--timeout", "0.5", "demo/echo"])
    let status = try #require(outcome.status)
    #expect([3, 4].contains(status))
    Tool.expectFailure(outcome, status)
  }

  @Test(arguments: ["junk where a frame should be", "5\0hello", "99999999999999\0x", ""])
  func `a peer that breaks off in frames ends with status 3`(_ bytes: String) async throws {
    let server = try RawServer { connection in
      connection.receive(until: "\n")
      connection.send("SETUP KERNEL=id,Raw;FREEZER=Storable;PID=1\r\n")
      connection.receive(until: "demo/echo")
      connection.send(bytes)
    }
    let outcome = try await Tool.run(["call", "--connect", server.address, "--timeout", "20", "demo/echo"])
    Tool.expectFailure(outcome, 3)
  }
}
