import Foundation
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct MonitorTests {
  /// A line without its time, and with what differs from run to run replaced.
  private static func plain(_ line: String?) -> String? {
    line?.replacing(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /#, with: "")
      .replacing(#/[A-Za-z0-9_.-]+-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}/#, with: "ID")
      .replacing(#/127\.0\.0\.1:\d+/#, with: "ADDR")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `tells of the kernels that come and go, until a signal ends it with status 0`(_ signal: Int32) async throws {
    let monitor = try ChildProcess(Tool.path, ["monitor", "--listen", "tcp://127.0.0.1:0", "--name", "Watch"])
    let first = try #require(await monitor.nextLine())
    let address = try #require(first.wholeMatch(of: #/listening (.+)/#).map { String($0.1) })
    // The call fails: a watch publishes nothing.
    let call = try await Tool.run(["call", "--connect", address, "--name", "Caller", "demo/echo", "1"])
    #expect(call.status == 1)
    let refused = "Session 'demo' is not available for remote kernels.  Request poe://ID/demo/echo"
    for event in ["register", "channel ready", "error local-check", "channel close", "unregister"] {
      for name in ["ID real", "Caller alias", "ADDR alias"] {
        let expected = "\(event) \(name)" + (event.hasPrefix("error") ? ": \(refused)" : "")
        #expect(Self.plain(await monitor.nextLine()) == expected)
      }
    }
    monitor.signal(signal)
    #expect(Self.plain(await monitor.nextLine()) == "shutdown *")
    let outcome = await monitor.outcome()
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test func `with --json each line is an object`() async throws {
    let server = try await DemoServer(over: .unix, ["--demo", "--name", "Server"])
    let monitor = try ChildProcess(Tool.path, ["monitor", "--connect", server.address, "--json", "Server"])
    func next() async throws -> [String: JSON] {
      let line = try #require(await monitor.nextLine())
      guard case .object(let fields) = try JSONDecoder().decode(JSON.self, from: Data(line.utf8)) else { return [:] }
      return fields
    }
    let register = try await next()
    #expect(register["event"] == "register")
    #expect(register["kernel"] == "Server")
    #expect(register["real"] == false)
    #expect(register["protocol"] == "ikc0")
    #expect(register["serializer"] == "Storable")
    #expect(register["address"] == .string(server.address))
    #expect(register["pid"] == .string("\(server.process.id)"))
    #expect(register["time"] != nil)
    let ready = try await next()
    #expect(ready["event"] == "channel" && ready["operation"] == "ready")
    // Without --listen it ends with its last connection.
    server.process.signal(SIGTERM)
    #expect(try await next()["operation"] == "close")
    #expect(try await next()["event"] == "unregister")
    let outcome = await monitor.outcome()
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test func `a signal ends it also while it is connected`() async throws {
    let server = try await DemoServer()
    let monitor = try ChildProcess(Tool.path, ["monitor", "--connect", server.address])
    #expect(Self.plain(await monitor.nextLine()) == "register ID real")
    monitor.signal(SIGTERM)
    #expect(await monitor.outcome().status == 0)
  }

  @Test func `it says where to connect or listen, or ends with status 2; who can't be reached, with 3`() async throws {
    try await Tool.expectFailure(Tool.run(["monitor"]), 2)
    try await Tool.expectFailure(Tool.run(["monitor", "--connect", "nowhere"]), 2)
    let folder = try ScratchFolder()
    try await Tool.expectFailure(Tool.run(["monitor", "--connect", "unix:" + folder.path("nobody")]), 3)
  }

  @Test(.enabled(if: Perl.hasLibrary), arguments: ["ikc", "ikc0"])
  func `sees a real Perl kernel`(_ negotiation: String) async throws {
    let server = try Perl.script(
      "real-server.pl", "tcp://127.0.0.1:0", "--name", "PerlServer", "--protocol", negotiation)
    let listening = try #require(await server.nextLine())
    let address = try #require(listening.firstMatch(of: #/"listening":"([^"]+)"/#).map { String($0.1) })
    let monitor = try ChildProcess(Tool.path, ["monitor", "--connect", address, "PerlServer"])
    #expect(Self.plain(await monitor.nextLine()) == "register PerlServer alias")
    #expect(Self.plain(await monitor.nextLine()) == "channel ready PerlServer alias")
    try server.closeInput()
    #expect(Self.plain(await monitor.nextLine())?.hasPrefix("channel close PerlServer alias") == true)
    #expect(Self.plain(await monitor.nextLine())?.hasPrefix("unregister PerlServer alias") == true)
    #expect(await monitor.outcome().status == 0)
  }
}
