import Testing

@testable import IKC

/// The recordings in which the real peer hangs, dies or trips over a late LF, and what ours does instead.
struct BetterThanRecordedTests {
  /// The real server announced an alias with a blank, which its own client refuses, and both waited for ever.
  @Test func aliasWithABlankIsNotSaidInTheClassicDialogue() throws {
    let transcript = try Transcript.named("classic-odd-names")
    var server = Negotiator(server: transcript.server())
    var said: [String] = server.exchange("HELLO")
    while said.last?.hasPrefix("IAM") == true { said += server.exchange("OK") }
    #expect(
      said == [
        "IAM \(transcript.placeholders["SERVER_KERNEL_ID"] ?? "")",
        "IAM \(transcript.placeholders["SERVER_ADDR"] ?? "")", "IAM host.name:12", "IAM unix:x", "IAM My-Server.1",
        "DONE",
      ])
  }

  /// The LF of a CR LF that was cut in two counted as a line of its own, answered NOT.
  @Test func lateLineFeedIsSwallowed() throws {
    let transcript = try Transcript.named("raw-ikc0-crlf-split-early")
    var server = Negotiator(server: transcript.server())
    for event in transcript.events where event.from == "client" { server.receive(event.bytes) }
    let recorded = String(decoding: transcript.negotiation(of: "server"), as: UTF8.self)
    #expect(recorded.contains("NOT\r\n"))
    #expect(String(decoding: server.output, as: UTF8.self) == recorded.replacing("NOT\r\n", with: ""))
    #expect(server.negotiated?.names.first == "raw-kernel-id")
  }

  /// The LF that followed a CR behind the last line stood in front of the first frame, and nothing was read any more.
  @Test(arguments: ["raw-classic-cr-then-lf-later", "raw-ikc0-cr-then-lf-later"])
  func lateLineFeedDoesNotReachTheFrames(_ name: String) throws {
    let transcript = try Transcript.named(name)
    var server = Negotiator(server: transcript.server())
    for event in transcript.events where event.from == "client" { server.receive(event.bytes) }
    try #require(server.negotiated != nil)
    #expect(server.rest.prefix { (0x30...0x39).contains($0) }.count > 0)
  }

  /// The real server recursed without end over a name that is there twice.
  @Test func repeatedNameCountsOnce() throws {
    let transcript = try Transcript.named("raw-name-repeated-name")
    var server = Negotiator(server: transcript.server())
    server.receive(transcript.stream(of: "client"))
    #expect(server.negotiated?.names == ["abc", "192.0.2.1:1"])
    #expect(server.output.starts(with: Array("SETUP KERNEL=".utf8)))
    #expect(server.rest.first.map { (0x30...0x39).contains($0) } == true)
  }

  /// The real server died of an id that is empty.
  @Test func emptyIDIsRefused() throws {
    let transcript = try Transcript.named("raw-setup-commas")
    var server = Negotiator(server: transcript.server())
    server.receive(transcript.stream(of: "client"))
    #expect(String(decoding: server.output, as: UTF8.self).hasPrefix("NOT\r\nSETUP KERNEL="))
    #expect(server.negotiated?.names == ["raw-kernel-id", "Raw", "192.0.2.1:1"])
    #expect(server.negotiated?.pid == "4242")
  }

  /// The real server died of an alias that its grammar of specifiers refuses.
  @Test func aliasThatNoSpecifierCanHoldIsLeftOut() throws {
    let transcript = try Transcript.named("raw-setup-utf8-name")
    var server = Negotiator(server: transcript.server())
    server.receive(transcript.stream(of: "client").prefix { $0 != 0x0a } + [0x0a])
    #expect(server.negotiated?.names == ["id", "192.0.2.1:1"])
  }

  /// The real client stands still where a name is refused.
  @Test func refusedIDFails() throws {
    let transcript = try Transcript.named("rawserver-classic-not-to-iam")
    var client = Negotiator(client: transcript.client())
    for event in transcript.events where event.from == "server" { client.receive(event.bytes) }
    #expect(client.error?.code == .negotiationFailed)
    #expect(client.error?.peer == "sid")
    #expect(client.error?.message.contains(transcript.placeholders["CLIENT_KERNEL_ID"] ?? "?") == true)
  }

  /// The small client says nothing to a line that it does not know, the full one says NOT.
  @Test func unknownAnswerToHelloIsAnsweredNot() throws {
    let transcript = try Transcript.named("rawserver-lite-classic-garbage")
    var client = Negotiator(client: transcript.client())
    client.receive(transcript.stream(of: "server"))
    #expect(String(decoding: client.output, as: UTF8.self) == "HELLO\r\nNOT\r\n")
  }

  /// The small client gives up where its only package is refused, the full one goes on with the default.
  @Test func refusedPackageFallsBackToTheDefault() throws {
    let transcript = try Transcript.named("rawserver-lite-classic-refused-freezer")
    var client = Negotiator(client: transcript.client())
    client.receive(transcript.stream(of: "server"))
    #expect(String(decoding: client.output, as: UTF8.self).hasSuffix("DONE\r\nFREEZER Storable\r\nWORLD\r\n"))
  }
}
