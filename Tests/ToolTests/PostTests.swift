import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct PostTests {
  @Test(arguments: Transport.allCases, ["ikc", "ikc0"])
  func `posts arrive before the command ends`(_ transport: Transport, _ negotiation: String) async throws {
    let server = try await DemoServer(over: transport)
    for _ in 1...3 {
      let outcome = try await server.run("post", "--protocol", negotiation, "demo/count", #"{"any": "thing"}"#)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
    // The posts are on other connections; they were sent, not yet necessarily handled.
    var counted: JSON = nil
    while counted != 3 { counted = try await server.call("demo/counted") }
  }

  @Test func `a post of something unpublished is done once it is sent`() async throws {
    let server = try await DemoServer()
    let outcome = try await server.run("post", "demo/nosuch")
    #expect(outcome.status == 0)
  }
}
