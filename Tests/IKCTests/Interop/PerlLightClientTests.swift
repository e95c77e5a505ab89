import IKC
import TestSupport
import Testing

/// A light client and Perl servers.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PerlLightClientTests {
  private static let servers = Peering.all(.server) + (Perl.hasLibrary ? Peering.all(.realServer) : [])

  @Test(arguments: servers)
  func `does with a Perl server what ClientLite does`(_ peering: Peering) async throws {
    let folder = try ScratchFolder()
    let server = try PerlPeer(
      peering.script, peering.place(in: folder), speaking: peering.perlWord, name: "PerlServer")
    let address = try Address(try await server.first(\.listening))
    try await blocking {
      var configuration = LightClient.Configuration()
      configuration.negotiation = peering.swift
      let client = try LightClient(address, name: "Lite", configuration: configuration)
      try client.connect()
      #expect(client.kernelNames.contains("PerlServer"))
      try client.ping()
      #expect(try client.call("demo/echo", ["a": ["1", "é€"]], as: [String: [String]].self) == ["a": ["1", "é€"]])
      #expect(try client.call("demo/add", [1, 2, 3], as: Int.self) == 6)
      #expect(try client.call("demo/list", as: [Int].self, wantArray: true) == [1, 2, 3])
      let text = try client.call("demo/big", 200_000, as: String.self)
      #expect(text == String(repeating: "x", count: 200_000))
      for _ in 1...3 { try client.post("demo/count", "x") }
      #expect(try client.call("demo/counted", as: Int.self) == 3)
      #expect(try client.postRespond("demo/reply_to", 42, as: Int.self) == 42)
      try client.post("demo/notify", [Value.string("tick"), 3])
      for number in 1...3 { #expect(try client.responded("tick", as: [Int].self) == [number]) }

      // The error of a post is not that of the next call, and comes as text.
      try client.post("demo/nosuch", 1)
      #expect(try client.call("demo/add", [1], as: Int.self) == 1)
      #expect(client.lastError?.message.hasPrefix("Session 'demo' has not published state 'nosuch'.") == true)
      let error = #expect(throws: IKCError.self) { try client.call("nosuch/state", 1, as: Value.self) }
      #expect(error?.message.hasPrefix("Session 'nosuch' is not available for remote kernels.") == true)
      // A Perl handler that returns undef is not answered; the next call is.
      let silence = #expect(throws: IKCError.self) {
        try client.call("demo/undef", as: Value.self, timeout: .milliseconds(100))
      }
      #expect(silence?.code == .timedOut)
      #expect(try client.call("demo/add", [2], as: Int.self) == 2)
      try client.connect()
      client.disconnect()
    }
    #expect(try await server.first(\.ended) == "closed")
  }
}
