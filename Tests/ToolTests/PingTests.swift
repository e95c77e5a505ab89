import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct PingTests {
  @Test(arguments: Transport.allCases, ["ikc", "ikc0"])
  func `prints the round-trip time`(_ transport: Transport, _ negotiation: String) async throws {
    let server = try await DemoServer(over: transport, [])
    let outcome = try await server.run("ping", "--protocol", negotiation)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try #/[0-9]+\.[0-9]{3} ms\n/#.wholeMatch(in: outcome.text) != nil)
  }
}
