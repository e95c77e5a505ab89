import Foundation
import IKC
import TestSupport
import Testing

/// Swift types on their way through two kernels and back, over every serializer.
@Suite("Codable over every serializer", .timeLimit(.minutes(5)))
struct CodableOverKernelsTests {
  /// Sends the value to a kernel that echoes it, and compares what comes back.
  private static func roundTrip<each T: Codable & Equatable & Sendable>(
    _ subject: SerializerUnderTest, _ values: repeat each T
  ) async throws {
    let pair = try await KernelPair(server: subject.configuration, client: subject.configuration) { server in
      let session = server.session("test")
      session.on("echo") { (value: Value) in value }
      try session.publish("echo")
    }
    for value in repeat each values { try await check(value, pair.client) }
    await pair.shutdown()
  }

  private static func check<T: Codable & Equatable & Sendable>(_ value: T, _ client: Kernel) async throws {
    let back = try await client.call("poe://Server/test/echo", value, as: T.self)
    #expect(back == value)
  }

  // MARK: Types

  struct Person: Codable, Equatable {
    enum Role: String, Codable { case user, admin }

    enum Contact: Codable, Equatable {
      case mail(String)
      case phone(country: Int, number: String)
      case none
    }

    struct Address: Codable, Equatable {
      var street: String
      var zip: Int?
    }

    var name: String
    var age: UInt8
    var role: Role
    var contacts: [Contact]
    var address: Address?
    var tags: [String: [Int?]]
    var isActive: Bool
  }

  class Animal: Codable, Equatable, @unchecked Sendable {  // constants only
    let name: String

    init(name: String) { self.name = name }

    static func == (left: Animal, right: Animal) -> Bool { left.parts == right.parts }

    var parts: [String] { [name] }
  }

  final class Dog: Animal, @unchecked Sendable {  // constants only
    let tricks: [String]

    enum CodingKeys: CodingKey { case tricks }

    init(name: String, tricks: [String]) {
      self.tricks = tricks
      super.init(name: name)
    }

    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      tricks = try container.decode([String].self, forKey: .tricks)
      try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(tricks, forKey: .tricks)
      try super.encode(to: container.superEncoder())
    }

    override var parts: [String] { [name] + tricks }
  }

  struct Numbers: Codable, Equatable {
    var smallest = Int64.min
    var largest = Int64.max
    var unsigned = UInt64.max
    var bytes: [Int8] = [.min, -1, 0, 1, .max]
    var words: [UInt32] = [0, .max]
    var floats: [Float] = [0.1, -1.5, .greatestFiniteMagnitude]
    var doubles = [0, -0.5, 1e300, 1e-300, 123456.789, 1e15, 9_007_199_254_740_991]
  }

  struct Empty: Codable, Equatable {
    var list: [Int] = []
    var table: [String: Int] = [:]
    var nested: [[String]] = [[], [""]]
    var text = ""
    var nothing: Nothing = Nothing()

    struct Nothing: Codable, Equatable {}
  }

  /// Optionals that are encoded as undef instead of being left out.
  struct Explicit: Codable, Equatable {
    var value: Int?

    init(value: Int?) { self.value = value }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      value = try container.decode(Int?.self, forKey: .value)
    }

    enum CodingKeys: CodingKey { case value }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value, forKey: .value)
    }
  }

  indirect enum Tree: Codable, Equatable, Sendable {
    case leaf(Int)
    case node(left: Tree, right: Tree)
  }

  struct Stamps: Codable, Equatable {
    var date = Date(timeIntervalSince1970: 1_700_000_000.25)
    var url = URL(string: "https://example.org/a?b=c#d")
    var price = Decimal(string: "12345678901234567890.123456789")
    var id = UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8")
    var text = Data("text".utf8)
    var octets: [UInt8] = [1, 2, 127]
  }

  // MARK: Tests

  @Test(arguments: SerializerUnderTest.all)
  func `structs, enums and optionals come back`(_ subject: SerializerUnderTest) async throws {
    let person = Person(
      name: subject.holdsAnyText ? "Zoë" : "Zoe", age: 42, role: .admin,
      contacts: [.mail("a@b.c"), .phone(country: 49, number: "0123"), .none],
      address: Person.Address(street: "x: - y", zip: nil), tags: ["a": [1, nil, 3], "": []], isActive: false)
    var other = person
    other.address = nil
    try await Self.roundTrip(
      subject, person, [person, other], [subject.holdsAnyText ? "é" : "e": person], Explicit(value: nil),
      Explicit(value: 7),
      [Optional(1), nil, Optional(3)], [[Optional("x"), nil], []],
      Tree.node(left: .leaf(1), right: .node(left: .leaf(-2), right: .leaf(3))))
  }

  @Test(arguments: SerializerUnderTest.all)
  func `numbers of every width and booleans come back`(_ subject: SerializerUnderTest) async throws {
    try await Self.roundTrip(subject, Numbers(), [true, false], UInt64.max, Int64.min, -1.25, [0.1])
    if subject.holdsAnyNumber {
      try await Self.roundTrip(subject, [Double.infinity, -.infinity], ["x": Float.infinity])
      let pair = try await Self.echo(subject)
      #expect(try await pair.client.call("poe://Server/test/echo", Double.nan, as: Double.self).isNaN)
      await pair.shutdown()
    }
  }

  @Test(arguments: SerializerUnderTest.all)
  func `empty containers come back`(_ subject: SerializerUnderTest) async throws {
    try await Self.roundTrip(subject, Empty(), [Int](), [String: Int](), "", [[Int]](), [[]] as [[Int]])
  }

  @Test(arguments: SerializerUnderTest.all)
  func `dictionaries with integers as keys come back`(_ subject: SerializerUnderTest) async throws {
    try await Self.roundTrip(subject, [1: "one", -7: "minus seven", 1_000_000: ""], [5: [6: [7]]])
  }

  @Test(arguments: SerializerUnderTest.all)
  func `subclasses come back with their superclass`(_ subject: SerializerUnderTest) async throws {
    try await Self.roundTrip(
      subject, Animal(name: "Tom"), Dog(name: "Rex", tricks: ["sit", "roll"]), [Dog(name: "", tricks: [])])
  }

  @Test(arguments: SerializerUnderTest.all)
  func `dates, URLs, decimals and data come back`(_ subject: SerializerUnderTest) async throws {
    try await Self.roundTrip(subject, Stamps(), [Date(timeIntervalSince1970: -5)], ["u": URL(string: "x:y")])
    if subject.holdsAnyBytes {
      let all = (0...255).map { UInt8($0) }
      try await Self.roundTrip(subject, Data(all), all, ["d": Data()])
    }
  }

  @Test(arguments: SerializerUnderTest.all)
  func `loose scalars are converted as Perl would`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.echo(subject)
    let client = pair.client
    func answer<T: Decodable & Sendable>(_ value: Value, _ type: T.Type) async throws -> T {
      try await client.call("poe://Server/test/echo", value, as: type)
    }
    #expect(try await answer(["42", " 12", "1e3", "7.0", true, "-5\n"], [Int].self) == [42, 12, 1000, 7, 1, -5])
    #expect(try await answer(["1", "", "0", 0, 1, nil], [Bool].self) == [true, false, false, false, true, false])
    #expect(try await answer(["1.5", "Inf", 3], [Double].self) == [1.5, .infinity, 3])
    #expect(try await answer([5, 1.5, "x"], [String].self) == ["5", "1.5", "x"])
    #expect(try await answer([12, "1e-3", " 7 "], [Decimal].self).map(\.description) == ["12", "0.001", "7"])
    await pair.shutdown()
  }

  @Test(arguments: SerializerUnderTest.all)
  func `what can't be converted names its path`(_ subject: SerializerUnderTest) async throws {
    let pair = try await Self.echo(subject)
    let client = pair.client
    func refusal<T: Decodable & Sendable>(_ value: Value, _ type: T.Type) async -> String? {
      let error = await #expect(throws: IKCError.self) {
        _ = try await client.call("poe://Server/test/echo", value, as: type)
      }
      #expect(error?.code == .cannotDecode)
      return error?.message
    }
    let users: Value = ["users": [["age": 1], ["age": "many"]]]
    #expect(await refusal(users, [String: [[String: Int]]].self)?.contains("users[1].age: \"many\" is no Int") == true)
    #expect(
      await refusal(["street": "x", "zip": []], Person.Address.self)?.contains("zip: an array is no Int") == true)
    #expect(await refusal(["zip": 5], Person.Address.self)?.contains("there is no key \"street\"") == true)
    #expect(await refusal([300], [UInt8].self)?.contains("[0]: ") == true)
    #expect(await refusal(["x y"], [Decimal].self)?.contains("[0]: \"x y\" is no ") == true)
    #expect(await refusal(["12 pigs"], [Int].self)?.contains("[0]: \"12 pigs\" is no Int") == true)
    await pair.shutdown()
  }

  private static func echo(_ subject: SerializerUnderTest) async throws -> KernelPair {
    try await KernelPair(server: subject.configuration, client: subject.configuration) { server in
      let session = server.session("test")
      session.on("echo") { (value: Value) in value }
      try session.publish("echo")
    }
  }
}
