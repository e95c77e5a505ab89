import Testing

@testable import IKC

@Suite("Encoding Swift types for Perl")
struct EncodingTests {
  struct Point: Codable, Equatable {
    var x: Int
    var y: Double?
  }

  @Test(arguments: CodingRoute.allCases)
  func scalarsBecomeScalars(_ route: CodingRoute) throws {
    #expect(try route.encode("abc") == .bytes("abc"))
    #expect(try route.encode("żółw") == .string("żółw"))
    #expect(try route.encode("") == .bytes(""))
    #expect(
      try route.encode(String(repeating: "ab", count: 200)) == .bytes(ByteString(String(repeating: "ab", count: 200))))
    #expect(try route.encode(42) == 42)
    #expect(try route.encode(Int8(-5)) == -5)
    #expect(try route.encode(UInt16(60_000)) == 60_000)
    #expect(try route.encode(Int.min) == .bytes("-9223372036854775808"))
    #expect(try route.encode(UInt64.max) == .bytes("18446744073709551615"))
    #expect(try route.encode(UInt(7)) == 7)
    #expect(try route.encode(1.5) == .bytes("1.5"))
    #expect(try route.encode(Float(0.25)) == .bytes("0.25"))
    #expect(try route.encode(3.0) == 3)
    #expect(try route.encode(Double.infinity) == .bytes("Inf"))
    #expect(try route.encode(true) == .bytes("1"))
    #expect(try route.encode(false) == .bytes(""))
    #expect(try route.encode(Int?.none) == .undef)
    #expect(try route.encode(Int?.some(3)) == 3)
    #expect(try route.encode([UInt8]([0, 255])) == .bytes(ByteString([0, 255])))
    #expect(try route.encode(ByteString([0, 255])) == .bytes(ByteString([0, 255])))
  }

  @Test(arguments: CodingRoute.allCases)
  func structuresBecomeHashesAndArrays(_ route: CodingRoute) throws {
    #expect(try route.encode(Point(x: 1, y: nil)) == .hash(["x": 1]))
    #expect(try route.encode([Point(x: 1, y: 2), Point(x: 3, y: nil)]) == [.hash(["x": 1, "y": 2]), .hash(["x": 3])])
    #expect(try route.encode(["a": [1, 2], "é": []]) == .hash(["a": [1, 2], "é": []]))
    #expect(try route.encode([1: "a", -2: "b"]) == received(.hash(["1": "a", "-2": "b"])))
    #expect(try route.encode([String]()) == [])
    #expect(try route.encode(["a", "ż"]) == received(["a", "ż"]))
    #expect(try route.encode([1.5, 2]) == [.bytes("1.5"), 2])
    #expect(try route.encode([Int?.none, 5]) == [.undef, 5])
    #expect(try route.encode([[Int]](repeating: [], count: 300)) == .array(Array(repeating: [], count: 300)))
    struct Empty: Encodable {}
    #expect(try route.encode([Empty(), Empty()]) == [.hash([:]), .hash([:])])
  }

  @Test(arguments: CodingRoute.allCases)
  func keysNeedFlagsFromTheFirstThatIsNotASCII(_ route: CodingRoute) throws {
    struct Mixed: Encodable {
      var a = 1
      var inner = ["x": 1, "ż": 2]
      var é = [Point(x: 1, y: 2)]
      var b = ["deep": ["ö": ["plain": "ü"]]]
      var ż = "z"
    }
    #expect(
      try route.encode([Mixed(), Mixed()])
        == received(
          .array(
            Array(
              repeating: .hash([
                "a": 1, "inner": .hash(["x": 1, "ż": 2]), "é": [.hash(["x": 1, "y": 2])],
                "b": .hash(["deep": .hash(["ö": .hash(["plain": .string("ü")])])]), "ż": "z",
              ]), count: 2))))
  }

  @Test(arguments: CodingRoute.allCases)
  func valuesPassThrough(_ route: CodingRoute) throws {
    struct Envelope: Codable {
      var id: Int
      var body: Value
    }
    let object = Value.special(.object(Value.Object(className: "A", content: .hash(["n": 1]))))
    let hook = Value.special(.hook(Value.Hook(className: "A", frozen: "x", references: [[1]])))
    let body: Value = [
      object, .hash(["é": .undef]), .reference("x"), object, .array([hook]), .bytes(ByteString([255])),
    ]
    #expect(try route.encode(Envelope(id: 1, body: body)) == received(.hash(["id": 1, "body": body])))
    #expect(try route.encode([body, body]) == received([body, body]))
    #expect(try route.encode(body) == received(body))
    #expect(try route.encode(["k": Optional(body)]) == received(.hash(["k": body])))
    let back = try route.roundTrip(Envelope(id: 1, body: body))
    #expect(back.body == (route == .value ? body : try body.asWritten))
  }

  struct Manual: Encodable {
    var isInterleaved: Bool
    enum Keys: String, CodingKey { case list, deep, later, parent }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      var list = container.nestedUnkeyedContainer(forKey: .list)
      try list.encode(1)
      var inner = list.nestedUnkeyedContainer()
      try inner.encode("a")
      try inner.encodeNil()
      if isInterleaved { try list.encode(2) }
      try inner.encode(UInt8(3))
      if !isInterleaved { try list.encode(2) }
      #expect(list.count == 3)
      var deep = list.nestedContainer(keyedBy: Keys.self)
      if isInterleaved { try container.encode(true, forKey: .later) }
      try deep.encode(1.5, forKey: .deep)
      if !isInterleaved { try container.encode(true, forKey: .later) }
      try Point(x: 1, y: nil).encode(to: container.superEncoder(forKey: .parent))
      _ = container.superEncoder()
    }
  }

  @Test(arguments: CodingRoute.allCases, [false, true])
  func containersMayBeWrittenInAnyOrder(_ route: CodingRoute, _ isInterleaved: Bool) throws {
    #expect(
      try route.encode(["m": Manual(isInterleaved: isInterleaved)])
        == received(
          .hash([
            "m": .hash([
              "list": [1, ["a", .undef, 3], 2, .hash(["deep": .bytes("1.5")])], "later": .bytes("1"),
              "parent": .hash(["x": 1]), "super": .hash([:]),
            ])
          ])))
  }

  class Base: Encodable {
    var id = 1
  }

  final class Derived: Base {
    var name = "x"
    enum Keys: CodingKey { case name }
    override func encode(to encoder: any Encoder) throws {
      try super.encode(to: encoder)
      var container = encoder.container(keyedBy: Keys.self)
      try container.encode(name, forKey: .name)
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func aSuperclassMayShareTheContainer(_ route: CodingRoute) throws {
    #expect(
      try route.encode([Derived(), Derived()])
        == received([.hash(["id": 1, "name": "x"]), .hash(["id": 1, "name": "x"])]))
  }

  final class Cycle: Encodable {
    var next: Cycle?
  }

  @Test(arguments: CodingRoute.allCases)
  func whatContainsItselfIsRefused(_ route: CodingRoute) {
    let cycle = Cycle()
    cycle.next = cycle
    #expect(throws: IKCError.self) { try route.encode(cycle) }
    cycle.next = nil
  }

  @Test func nestingIsRefusedWherePerlRefusesIt() throws {
    func hashes(_ depth: Int) -> Cycle {
      let first = Cycle()
      var last = first
      for _ in 1..<depth {
        let next = Cycle()
        last.next = next
        last = next
      }
      return first
    }
    _ = try CodingRoute.storable.encode(hashes(256))
    #expect(throws: IKCError.self) { try CodingRoute.storable.encode(hashes(257)) }
    #expect(throws: IKCError.self) {
      try CodingRoute.storable.encode(hashes(256), context: StorableContext(depth: 1))
    }
  }

  @Test func aFailureLeavesTheWriterAsItWas() throws {
    struct Refusing: Encodable {
      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode("x")
        throw EncodingError.invalidValue(
          self, .init(codingPath: container.codingPath, debugDescription: "it does not want to"))
      }
    }
    var writer = ByteWriter()
    writer.write(7)
    do {
      try writer.writeStorable(encoding: ["a": [1: Refusing()]])
      Issue.record("it was encoded")
    } catch {
      #expect(error == IKCError(.cannotEncode, "value.a.1: it does not want to"))
    }
    #expect(Array(writer.bytes) == [7])
  }

  @Test func nativeOrderAndRootsAreWrittenAsPerlReadsThem() throws {
    var writer = ByteWriter()
    writer.writeStorableHeader(.native)
    let context = StorableContext(order: .native, isRoot: true)
    try writer.writeStorable(encoding: ["é": Point(x: 1 << 40, y: 0.1)], in: context)
    let value = try StorableSerializer().decode(writer.bytes)
    #expect(value == .hash(["é": .hash(["x": .int(1 << 40), "y": 0.1])]))
  }

  @Test(arguments: CodingRoute.allCases)
  func everythingComesBack(_ route: CodingRoute) throws {
    struct All: Codable, Equatable {
      enum Kind: Int, Codable { case one = 1, two }
      enum Shape: Codable, Equatable {
        case circle(radius: Double)
        case none
      }
      var a: Int8 = -1
      var b: UInt64 = .max
      var c: Float = 1.5
      var d: Bool? = false
      var e: [String: [Int?]] = ["x": [1, nil]]
      var f: Kind = .two
      var g: Shape = .circle(radius: 2.5)
      var h: [Shape] = [.none]
      var i: [UInt8] = [1, 2, 255]
      var j: ClosedRange<Int> = 1...3
      var k: [Int: String] = [5: "five"]
      var l: Set<String> = ["é"]
      var m: String?
      var n: UInt32 = .max
      var o: Int16 = .min
    }
    #expect(try route.roundTrip([All(), All()]) == [All(), All()])
  }
}

/// The value as a peer gets it.
private func received(_ value: Value) throws -> Value { try value.asWritten }
