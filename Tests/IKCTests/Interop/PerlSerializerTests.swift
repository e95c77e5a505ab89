import IKC
import IKCYAML
import TestSupport
import Testing

/// The real library, with serializers other than Storable chosen.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PerlSerializerTests {
  private struct Data: Codable, Equatable {
    var text = "x\u{e9}\u{20ac}"
    var list = [1, 2.5]
    var lines = "a: b\n- c\n\n'd' \"e\" \\ #f\nand so on, in a text of several lines"
    var nothing: Int?
  }

  /// The serializers that this machine's Perl has, with the real library in one of the roles.
  private static func peerings(_ scripts: PerlPeer.Script...) -> [Peering] {
    guard Perl.hasLibrary else { return [] }
    let serializers: [any Serializer] = [YAMLSerializer(), FreezeThawSerializer(), FreezerSerializer()].filter {
      Perl.has($0.package)
    }
    return serializers.flatMap { serializer in
      scripts.flatMap { script in
        [NegotiationProtocol.ikc, .ikc0].map {
          Peering(script: script, transport: .tcp, swift: $0, perl: $0, serializer: serializer)
        }
      }
    }
  }

  @Test(arguments: peerings(.realServer))
  func `calls a Perl server and is posted back to`(_ peering: Peering) async throws {
    let folder = try ScratchFolder()
    let server = try PerlPeer(peering.script, peering.place(in: folder), speaking: peering.perlWord, name: "PerlServer")
    let kernel = peering.kernel(name: "SwiftClient")
    let ticks = Collector<Int>()
    let session = kernel.session("client")
    session.on("tick") { (number: Int) -> Void in ticks.add(number) }
    try session.publish("tick")
    let channel = try await kernel.connect(to: Address(try await server.first(\.listening)))
    #expect(channel.serializer == peering.serializer.package)
    var data = Data()
    // Of text with other characters the server would die.
    if peering.serializer is FreezeThawSerializer { data.text = "x" }
    #expect(try await kernel.call("poe://PerlServer/demo/echo", data, as: Data.self) == data)
    #expect(try await kernel.call("poe://PerlServer/demo/add", [1, 2, 3], as: Int.self) == 6)
    let text = try await kernel.call("poe://PerlServer/demo/big", 200_000, as: String.self)
    #expect(text == String(repeating: "x", count: 200_000))
    #expect(try await kernel.call("poe://PerlServer/demo/list", as: [Int].self, wantArray: true) == [1, 2, 3])
    for _ in 1...3 { try kernel.post("poe://PerlServer/demo/count", ["x": [1, nil]] as Value) }
    #expect(try await kernel.call("poe://PerlServer/demo/counted", as: Int.self) == 3)
    try session.post("poe://PerlServer/demo/notify", [Value.string("tick"), 3])
    #expect(try await ticks.first(3) == [1, 2, 3])
    let error = await #expect(throws: IKCError.self) {
      try await kernel.call("poe://PerlServer/demo/nosuch", 1, as: Value.self)
    }
    #expect(error?.code == .remote && error?.message.contains("has not published state 'nosuch'") == true)
    // What Perl writes of code is never read: the call that it answers ends at once.
    let unread = await #expect(throws: IKCError.self) {
      try await kernel.call("poe://PerlServer/demo/code", as: Value.self)
    }
    #expect(unread?.code == .cannotDecode && unread?.peer == channel.name)
    #expect(unread?.specifier == "poe://PerlServer/demo/code")
    #expect(try await kernel.call("poe://PerlServer/demo/add", [4, 5], as: Int.self) == 9)
    await kernel.shutdown()
  }

  @Test(arguments: peerings(.realClient, .realLite))
  func `is called by Perl clients`(_ peering: Peering) async throws {
    let server = try await InteropServer(peering)
    let value: JSON = ["a": [1, "x: y", "~", "", ["b": .null]], "lines": "one\ntwo\n"]
    let client = try PerlPeer(
      peering.script, server.address, speaking: peering.perlWord, name: "PerlClient",
      serializer: peering.serializer.package,
      steps: [
        ["call", "demo/echo", value], ["call", "demo/add", [4, 5]], ["post", "demo/count", 1],
        ["post", "demo/count", 2],
        ["call", "demo/counted"],
      ])
    let results = try await client.results(5)
    // Text is all that YAML.pm and FreezeThaw know.
    let hasNumbers = peering.serializer is FreezerSerializer
    let one: JSON = hasNumbers ? 1 : "1"
    #expect(results[0] == .value(["a": [one, "x: y", "~", "", ["b": .null]], "lines": "one\ntwo\n"]))
    #expect(results[1] == .value(hasNumbers ? 9 : "9"))
    #expect(results[4] == .value(hasNumbers ? 2 : "2"))
    await server.kernel.shutdown()
  }
}
