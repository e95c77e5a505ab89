import Foundation
import IKC
import TestSupport
import Testing

/// Monitors on one side, the real library on the other.
@Suite(.serialized, .enabled(if: Perl.hasLibrary), .timeLimit(.minutes(5))) struct PerlMonitorTests {
  private static let peerings = Peering.all(.realServer)

  @Test(arguments: peerings)
  func `a Swift monitor sees a Perl server with aliases come and go`(_ peering: Peering) async throws {
    let folder = try ScratchFolder()
    let server = try PerlPeer(
      peering.script, peering.place(in: folder), speaking: peering.perlWord, name: "PerlServer",
      aliases: ["Second", "Third"])
    let kernel = peering.kernel(name: "Swift")
    let all = Collector<Monitor.Change>()
    let third = Collector<String>()
    kernel.monitor { all.add($0) }
    kernel.monitor("Third") { third.add(Watch.text($0)) }
    let channel = try await kernel.connect(to: Address(try await server.first(\.listening)))
    #expect(channel.names.dropFirst().starts(with: ["PerlServer", "Second", "Third"]))

    // What the server does not publish, it reports; the post's author hears of it from the monitor alone.
    try kernel.post("poe://PerlServer/demo/nosuch", 1)
    let names = channel.names
    _ = try await all.first(3 * names.count)
    try server.process.closeInput()
    let told = try await all.first(5 * names.count).map { Watch.text($0) }
    let expected = ["register", "channel ready", "error remote-check", "channel close", "unregister"].flatMap { kind in
      names.map { "\(kind) \($0)" + ($0 == channel.name ? " real" : "") }
    }
    #expect(told == expected)
    #expect(
      try await third.first(5) == [
        "register Third", "channel ready Third", "error remote-check Third", "channel close Third", "unregister Third",
      ])
    await kernel.shutdown()
  }

  @Test(arguments: Peering.all(.realMonitor))
  func `a Perl monitor sees a Swift kernel with an alias come and go`(_ peering: Peering) async throws {
    let folder = try ScratchFolder()
    let server = try PerlPeer(
      peering.script, peering.place(in: folder), speaking: peering.perlWord, name: "PerlServer")
    var settings = Configuration()
    settings.negotiation = peering.swift
    settings.aliases = ["Second"]
    let kernel = Kernel(name: "Swift", configuration: settings)
    _ = try await kernel.connect(to: Address(try await server.first(\.listening)))
    try kernel.post("poe://PerlServer/nosuch/state", 1)

    // As the real monitor hears them, in the order of the dialogue.
    var heard: [String] = []
    func hear(until lines: Set<String>) async throws {
      while !lines.isSubset(of: heard) { heard.append(try await server.first(\.heard)) }
    }
    try await hear(until: ["error local-check PerlServer"])
    await kernel.shutdown()
    try await hear(until: ["unregister Swift", "unregister Second"])
    for kind in ["register", "channel ready", "channel close", "unregister"] {
      let told = heard.filter { $0.hasPrefix("\(kind) ") }
      #expect(told.first == "\(kind) \(kernel.id) real")
      // In the classic dialogue the aliases come in another order.
      #expect(Set(told.dropFirst()).isSuperset(of: ["\(kind) Swift", "\(kind) Second"]))
    }
    try server.process.closeInput()
  }

  @Test(arguments: ["ikc", "ikc0"], [NegotiationRole.client, .server])
  func `a Perl process that inherits one end of a socket pair is a peer`(
    _ protocol: String, _ role: NegotiationRole
  ) async throws {
    var ends: [Int32] = [-1, -1]
    #if canImport(Darwin)
      let stream = SOCK_STREAM
    #else
      let stream = Int32(SOCK_STREAM.rawValue)
    #endif
    #expect(socketpair(AF_UNIX, stream, 0, &ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let folder = try #require(Bundle.module.path(forResource: "Peers", ofType: nil))
    let process = try ChildProcess(
      "perl",
      [
        "\(folder)/real-channel.pl", role == .client ? "unix:server" : "unix:client", "--protocol", `protocol`,
        "--name", "PerlPair",
      ], input: ends[1])
    close(ends[1])
    defer { process.kill() }

    let kernel = Kernel(name: "Swift")
    let session = kernel.session("test")
    session.on("echo") { (value: Int) in value }
    try session.publish("echo")
    let channel = try await kernel.adopt(descriptor: ends[0], as: role)
    #expect(channel.names.contains("PerlPair"))
    #expect(try await kernel.call("poe://PerlPair/demo/double", 21, as: Int.self) == 42)
    await kernel.shutdown()
  }
}
