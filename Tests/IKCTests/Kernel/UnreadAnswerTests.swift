import IKCYAML
import TestSupport
import Testing

@testable import IKC

/// Answers that can't be read.
@Suite(.timeLimit(.minutes(5))) struct UnreadAnswerTests {
  /// An answer in some serializer that is none of its texts.
  struct Broken: Sendable, CustomTestStringConvertible {
    let name: String
    let serializer: any Serializer
    let body: @Sendable (_ rsvp: String) -> [UInt8]

    var testDescription: String { name }

    init(_ name: String, _ serializer: any Serializer, _ body: @escaping @Sendable (_ rsvp: String) -> [UInt8]) {
      self.name = name
      self.serializer = serializer
      self.body = body
    }
  }

  private static func item(_ text: String) -> [UInt8] { [10, UInt8(text.utf8.count)] + Array(text.utf8) }
  private static func key(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
  /// A tag that Storable does not know, and an object of 200 bytes that are not there.
  private static let unknown: [UInt8] = [99]
  private static let cut: [UInt8] = [10, 200, 65]

  static let broken: [Broken] = [
    Broken("Storable, the event first", StorableSerializer()) {
      [5, 11, 3, 0, 0, 0, 2] + item($0) + key("event") + unknown + key("params")
    },
    Broken("Storable, the event last", StorableSerializer()) {
      [5, 11, 3, 0, 0, 0, 2] + unknown + key("params") + item($0) + key("event")
    },
    Broken("Storable that ends early", StorableSerializer()) {
      [5, 11, 3, 0, 0, 0, 2] + item($0) + key("event") + cut
    },
    Broken("Storable of another version", StorableSerializer()) {
      [7, 11, 3, 0, 0, 0, 2] + item($0) + key("event") + [5] + key("params")
    },
    Broken("FreezeThaw with code", FreezeThawSerializer()) {
      Array("FrT;@1|\\%4|$5|event$6|params$\($0.utf8.count)|\($0)&".utf8)
    },
    Broken("Freezer with code", FreezerSerializer()) {
      Array("$POE::Component::IKC::Freezer::VAR1 = {'event' => '\($0)','params' => sub { \"DUMMY\" }};".utf8)
    },
    Broken("YAML without an end", YAMLSerializer()) { Array("---\nevent: \($0)\nparams: \"text\n".utf8) },
    Broken("JSON without an end", JSONSerializer()) { Array(#"{"event":"\#($0)","params":"#.utf8) },
    Broken("an application's format", BencodeSerializer()) {
      Array("d5:event\($0.utf8.count):\($0)6:params?e".utf8)
    },
  ]

  /// A kernel, and a bare socket that is connected to it.
  private static func connect(
    _ serializer: any Serializer = StorableSerializer()
  ) async throws -> (kernel: Kernel, raw: RawClient) {
    let kernel = Kernel(name: "Caller", configuration: SerializerUnderTest(serializer: serializer).configuration)
    let listener = try await kernel.listen(on: .tcp("127.0.0.1", port: 0))
    let raw = try RawClient(listener.address)
    await raw.negotiate(serializer: serializer.package)
    try await eventually { kernel.channel(to: "Raw") != nil }
    return (kernel, raw)
  }

  @Test(arguments: broken)
  func `fail their call at once, and no other`(_ broken: Broken) async throws {
    let (kernel, raw) = try await Self.connect(broken.serializer)
    let told = Collector<Monitor.Failure>()
    let monitor = kernel.monitor { if case .error(let failure) = $0.kind { told.add(failure) } }
    let other = Task { try await kernel.call("poe://Raw/any/other", 1, as: String.self) }
    let answered = try #require(try await raw.receiveMessage(in: broken.serializer)?["rsvp"])
    let failed = Task { try await kernel.call("poe://Raw/any/thing", 1, as: String.self) }
    let rsvp = try #require(try await raw.receiveMessage(in: broken.serializer)?["rsvp"]?.text)
    raw.send(frame: broken.body(rsvp))
    let error = try await #require(throws: IKCError.self) { try await failed.value }
    #expect(error.code == .cannotDecode)
    #expect(error.message.hasPrefix("the answer can't be read: "))
    #expect(error.peer == "raw-00000000-00000000-00000001")
    #expect(error.specifier == "poe://Raw/any/thing")
    // Whoever sent it is told, too; and the channel goes on.
    #expect(try await raw.receiveMessage(in: broken.serializer)?["event"]?["state"]?.text == "remote_error")
    try raw.send(["event": answered, "params": "right"], in: broken.serializer)
    #expect(try await other.value == "right")
    let failure = try await told.first(1)[0]
    #expect(failure.error == error && failure.hasReachedCaller && failure.operation == .localRequest)
    extendLifetime(monitor)
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `do not end the channel, however many there are`() async throws {
    let (kernel, raw) = try await Self.connect()
    for _ in 0..<20 {
      let call = Task { try await kernel.call("poe://Raw/any/thing", 1, as: String.self) }
      let rsvp = try #require(try await raw.receiveMessage()?["rsvp"]?.text)
      raw.send(frame: Self.broken[0].body(rsvp))
      let error = try await #require(throws: IKCError.self) { try await call.value }
      #expect(error.code == .cannotDecode)
      #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)
    }
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `of no known call, or of two, are told to onError alone`() async throws {
    let (kernel, raw) = try await Self.connect()
    let stranger = try RawClient(try #require(kernel.channel(to: "Raw")?.ownAddress))
    await stranger.negotiate(names: "raw-00000000-00000000-00000002,Stranger")
    let errors = Collector<IKCError>()
    kernel.onError { errors.add($0) }
    let calls = ["one", "two"].map { state in
      Task { try await kernel.call(Specifier(kernel: "Raw", session: "any", state: state), 1, as: String.self) }
    }
    var rsvps: [Value] = []
    for _ in calls { rsvps.append(try #require(try await raw.receiveMessage()?["rsvp"])) }
    let both = rsvps.compactMap(\.text).joined()
    raw.send(frame: [1, 2, 3])
    raw.send(frame: Array(both.utf8))
    raw.send(frame: Array(both.utf8.dropLast(both.utf8.count / 2 + 1)))
    #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)
    stranger.send(frame: Self.broken[0].body(rsvps[0].text ?? ""))
    let told = try await errors.first(4)
    #expect(told.allSatisfy { $0.code == .cannotDecode && $0.specifier == nil })
    for rsvp in rsvps { try raw.send(["event": rsvp, "params": "right"]) }
    for call in calls { #expect(try await call.value == "right") }
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `leave a call of everybody to the others`() async throws {
    let (kernel, raw) = try await Self.connect()
    let other = try RawClient(try #require(kernel.channel(to: "Raw")?.ownAddress))
    await other.negotiate(names: "raw-00000000-00000000-00000002,Other")
    try await eventually { kernel.channel(to: "Other") != nil }
    let call = Task { try await kernel.call("poe://*/any/thing", 1, as: String.self) }
    let rsvp = try #require(try await raw.receiveMessage()?["rsvp"])
    _ = try await other.receiveMessage()
    raw.send(frame: Self.broken[0].body(rsvp.text ?? ""))
    #expect(try await raw.receiveMessage()?["is_error"]?.int == 1)
    try other.send(["event": rsvp, "params": "right"])
    #expect(try await call.value == "right")
    await kernel.shutdown(deadline: .zero)
  }

  @Test func `of another type name peer and specifier as well`() async throws {
    let (kernel, raw) = try await Self.connect()
    let call = Task { try await kernel.call("poe://Raw/any/thing", 1, as: Int.self) }
    let rsvp = try #require(try await raw.receiveMessage()?["rsvp"])
    try raw.send(["event": rsvp, "params": "text"])
    let error = try await #require(throws: IKCError.self) { try await call.value }
    #expect(error.code == .cannotDecode && error.peer == "raw-00000000-00000000-00000001")
    #expect(error.specifier == "poe://Raw/any/thing")
    let errors = Collector<IKCError>()
    kernel.call("poe://Raw/any/thing", 1) { result in
      do throws(IKCError) { _ = try result.get().decode(Int.self) } catch { errors.add(error) }
    }
    let next = try #require(try await raw.receiveMessage()?["rsvp"])
    try raw.send(["event": next, "params": "text"])
    #expect(try await errors.first(1).first?.peer == "raw-00000000-00000000-00000001")
    await kernel.shutdown(deadline: .zero)
  }
}
