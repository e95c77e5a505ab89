import Testing

@testable import IKC

@Suite("Decoding structures")
struct DecodingStructuresTests {
  struct User: Codable, Equatable {
    var name: String
    var age: Int
    var mail: String?
    var tags: [String] = []
  }

  struct Team: Codable, Equatable {
    enum Level: String, Codable { case junior, senior }
    var users: [User]
    var level: Level
    var scores: [String: Double]
    var lead: User?
  }

  static let team: Value = .hash([
    "level": "senior",
    "scores": .hash(["ann": "1.5", "bob": 2]),
    "users": [
      .hash(["age": "42", "name": "Ann", "tags": ["a", "b"]]),
      .hash(["tags": [], "name": .string("Żuk"), "mail": "b@x", "age": 7, "unknown": [[1], .hash(["x": .undef])]]),
    ],
    "lead": .undef,
  ])

  @Test(arguments: CodingRoute.allCases)
  func structsComeFromHashesInAnyKeyOrder(_ route: CodingRoute) throws {
    let team = try route.decode(Team.self, from: Self.team)
    #expect(
      team
        == Team(
          users: [
            User(name: "Ann", age: 42, mail: nil, tags: ["a", "b"]), User(name: "Żuk", age: 7, mail: "b@x", tags: []),
          ], level: .senior, scores: ["ann": 1.5, "bob": 2], lead: nil))
  }

  @Test(arguments: CodingRoute.allCases)
  func errorsNameThePath(_ route: CodingRoute) throws {
    func message(_ change: (inout Value.Hash) -> Void) -> String? {
      guard case .hash(var team) = Self.team else { return nil }
      change(&team)
      do {
        _ = try route.decode([Team].self, from: [Self.team, .hash(team)])
        return nil
      } catch {
        return (error as? IKCError)?.message
      }
    }
    #expect(message { $0["scores"] = .hash(["eve": "x"]) } == "params[1].scores.eve: \"x\" is no Double")
    #expect(message { $0["level"] = 5 }?.hasPrefix("params[1].level: ") == true)
    #expect(message { $0["level"] = nil } == "params[1]: there is no key \"level\"")
    #expect(
      message { $0["users"] = [.hash(["name": "A", "age": "abc", "tags": []])] }
        == "params[1].users[0].age: \"abc\" is no Int")
    #expect(
      message { $0["users"] = [.hash(["name": "A", "age": 1, "tags": ["a", .undef]])] }
        == "params[1].users[0].tags[1]: undef is no String")
    #expect(message { $0["users"] = "x" } == "params[1].users: \"x\" is no array")
    #expect(message { $0["users"] = [["x"]] } == "params[1].users[0]: an array is no hash")
    #expect(message { $0["lead"] = .hash(["name": "x"]) } == "params[1].lead: there is no key \"age\"")
    #expect(throws: IKCError(.cannotDecode, "params: \"abc\" is no Int")) { try route.decode(Int.self, from: "abc") }
  }

  @Test(arguments: CodingRoute.allCases)
  func dictionariesComeFromHashes(_ route: CodingRoute) throws {
    #expect(try route.decode([Int: String].self, from: .hash(["1": "a", "-20": "b"])) == [1: "a", -20: "b"])
    #expect(try route.decode([String: [Int]].self, from: .hash(["é": [1], "": []])) == ["é": [1], "": []])
    let latin = Value.Hash([(Value.Hash.Key(ByteString([0xE9])), Value.int(1))])
    #expect(try route.decode([String: Int].self, from: .hash(latin)) == ["é": 1])
    #expect(throws: IKCError.self) { try route.decode([Int: String].self, from: .hash(["x": "a"])) }
    let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("key\($0)", $0) })
    let hash = Value.Hash(many.map { (Value.Hash.Key($0.key), Value.int(Int64($0.value))) })
    #expect(try route.decode([String: Int].self, from: .hash(hash)) == many)
  }

  struct Accented: Decodable, Equatable {
    var é: Int
    var ż: Int
  }

  @Test(arguments: CodingRoute.allCases)
  func keysAreFoundHoweverTheyAreWritten(_ route: CodingRoute) throws {
    let keys: [Value.Hash.Key] = ["é", Value.Hash.Key(ByteString("é")), Value.Hash.Key(ByteString([0xE9]))]
    for key in keys {
      let hash: Value.Hash = ["ż": 2, key: 1]
      #expect(try route.decode(Accented.self, from: .hash(hash)) == Accented(é: 1, ż: 2))
    }
  }

  final class Node: Decodable {
    let name: String
    let next: Node?
  }

  struct Manual: Decodable {
    var first: Int
    var flags: [Bool]
    var inner: String
    var rest: Value

    enum Keys: String, CodingKey { case list, deep, rest }
    enum Deep: String, CodingKey { case inner }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      var list = try container.nestedUnkeyedContainer(forKey: .list)
      first = try list.decode(Int.self)
      #expect(list.count == 3)
      var nested = try list.nestedUnkeyedContainer()
      flags = []
      while !nested.isAtEnd { flags.append(try nested.decode(Bool.self)) }
      #expect(try list.decodeNil())
      #expect(list.isAtEnd)
      #expect(throws: DecodingError.self) { try list.decode(Int.self) }
      let deep = try container.nestedContainer(keyedBy: Deep.self, forKey: .deep)
      #expect(deep.codingPath.map(\.stringValue) == ["deep"])
      inner = try deep.decode(String.self, forKey: .inner)
      rest = try container.decode(Value.self, forKey: .rest)
      #expect(Set(container.allKeys) == [.list, .deep, .rest])
      #expect(try container.decodeNil(forKey: .list) == false)
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func containersMayBeNestedByHand(_ route: CodingRoute) throws {
    let rest: Value = .hash(["a": [1, .bytes("x"), .undef], "é": .string("ö")])
    let value: Value = .hash([
      "rest": rest, "list": [1, ["", 1], .undef], "other": .undef, "deep": .hash(["inner": "x"]),
    ])
    let manual = try route.decode(Manual.self, from: value)
    #expect(manual.first == 1)
    #expect(manual.flags == [false, true])
    #expect(manual.inner == "x")
    #expect(manual.rest == rest)
  }

  class Base: Decodable {
    let id: Int
  }

  final class Derived: Base {
    let name: String
    private enum Keys: CodingKey { case name }

    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Keys.self)
      name = try container.decode(String.self, forKey: .name)
      try super.init(from: try container.superDecoder())
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func superclassesDecodeFromTheirOwnElement(_ route: CodingRoute) throws {
    let derived = try route.decode(Derived.self, from: .hash(["name": "x", "super": .hash(["id": "9"])]))
    #expect(derived.id == 9)
    #expect(derived.name == "x")
    #expect(throws: IKCError(.cannotDecode, "params.super: undef is no hash")) {
      try route.decode(Derived.self, from: .hash(["name": "x"]))
    }
  }

  enum Either: Codable, Equatable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func typesMayTryOneFormAfterTheOther(_ route: CodingRoute) throws {
    let list: [Either] = [.number(1), .text("x"), .number(300)]
    #expect(try route.decode([Either].self, from: [1, "x", "300"]) == list)
    #expect(try route.roundTrip(list) == list)
  }

  @Test(arguments: CodingRoute.allCases)
  func classesAndReferencesAreSeenThrough(_ route: CodingRoute) throws {
    let object = Value.Object(className: "My::User", content: .hash(["name": "Ann", "age": 3, "tags": .undef]))
    struct Person: Decodable, Equatable {
      var name: String
      var age: Int
    }
    let ann = Person(name: "Ann", age: 3)
    #expect(try route.decode(Person.self, from: .special(.object(object))) == ann)
    #expect(
      try route.decode([Person].self, from: [.special(.object(object)), .special(.object(object))]) == [ann, ann])
    #expect(try route.decode(Person.self, from: .reference(.reference(.special(.object(object))))) == ann)
    #expect(try route.decode(Person.self, from: .special(.weak(.special(.object(object))))) == ann)
    let version = Value.Version(literal: "v1.2", value: .bytes(ByteString([1, 2])))
    #expect(try route.decode([String].self, from: [.special(.version(version)), "x"]) == ["\u{1}\u{2}", "x"])
  }

  @Test(arguments: CodingRoute.allCases)
  func whatNoTypeStandsForIsSkippedOrRefused(_ route: CodingRoute) throws {
    struct Thing: Decodable { var id: Int }
    let hook = Value.Hook(className: "H", frozen: "abc", references: [[1], .hash(["a": 2])])
    let regexp = Value.special(.regexp(Value.Regexp(pattern: "a.*", flags: "i")))
    let value: Value = .hash(["hook": .special(.hook(hook)), "id": 5, "re": regexp])
    #expect(try route.decode(Thing.self, from: value).id == 5)
    #expect(try route.decode([String: Value].self, from: value)["re"] == regexp)
    #expect(try route.decode([String: Value].self, from: value)["hook"] == .special(.hook(hook)))
    #expect(throws: IKCError(.cannotDecode, "params.id: a special value is no Int")) {
      try route.decode(Thing.self, from: .hash(["id": regexp]))
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func nestingIsFollowedToALimit(_ route: CodingRoute) throws {
    func chain(_ depth: Int) -> Value {
      (1..<depth).reduce(.hash(["name": "end"])) { inner, _ in .hash(["name": "n", "next": inner]) }
    }
    var node: Node? = try route.decode(Node.self, from: chain(250))
    var count = 0
    while let current = node {
      count += 1
      node = current.next
    }
    #expect(count == 250)
  }

  struct Around: Decodable {
    var list: Value
    var id: Int
  }

  @Test(arguments: CodingRoute.allCases, [(511, true), (513, false)])
  func typesAreNestedToALimitAndValuesToTheReaders(_ route: CodingRoute, _ limit: (depth: Int, isWithin: Bool)) throws {
    func image(_ depth: Int, _ inner: [UInt8]) -> [UInt8] {
      Array(repeatElement([4, 2, 0, 0, 0, 1] as [UInt8], count: depth).joined()) + inner
    }
    let empty: [UInt8] = [4, 2, 0, 0, 0, 0]
    let nested = { try route.decode(CodableFixtureTests.Nested.self, image: [5, 11] + image(limit.depth, empty)) }
    if limit.isWithin {
      #expect(try nested().elements.count == 1)
    } else {
      #expect(throws: IKCError.self) { try nested() }
    }
    let hash: [UInt8] =
      [5, 11, 3, 0, 0, 0, 2] + image(900, empty) + [0, 0, 0, 4] + Array("list".utf8) + [8, 129, 0, 0, 0, 2]
      + Array("id".utf8)
    #expect(try route.decode(Around.self, image: hash).list.array?.count == 1)
  }

  @Test(arguments: CodingRoute.allCases)
  func userInfoReachesTheType(_ route: CodingRoute) throws {
    struct Probe: Codable, Equatable {
      static let key = CodingUserInfoKey(rawValue: "probe").unsafelyUnwrapped
      var text: String
      init(_ text: String) { self.text = text }
      init(from decoder: any Decoder) throws { text = decoder.userInfo[Self.key] as? String ?? "" }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(encoder.userInfo[Self.key] as? String ?? "")
      }
    }
    let info: [CodingUserInfoKey: any Sendable] = [Probe.key: "there"]
    var writer = ByteWriter()
    if route == .storable { try writer.writeStorable(encoding: [Probe("")], userInfo: info) }
    let value: Value = route == .value ? try ValueEncoder(userInfo: info).encode([Probe("")]) : ["there"]
    #expect(value == ["there"])
    if route == .storable {
      var decoding = StorableDecoding(image: writer.bytes, order: .network)
      let probes = try decoding.decode([Probe].self, at: 0, firstTag: 0, userInfo: info)
      #expect(probes == [Probe("there")])
      #expect(try route.decode([String].self, from: ["there"]) == ["there"])
    } else {
      #expect(try ValueDecoder(userInfo: info).decode([Probe].self, from: ["x"]) == [Probe("there")])
    }
  }
}
