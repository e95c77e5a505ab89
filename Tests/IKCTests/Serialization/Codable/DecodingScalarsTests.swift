import Testing

@testable import IKC

@Suite("Decoding scalars as Perl would read them")
struct DecodingScalarsTests {
  @Test(arguments: CodingRoute.allCases)
  func integersComeFromWhateverIsAWholeNumber(_ route: CodingRoute) throws {
    for (value, number) in [
      (Value.int(42), 42), (.int(-129), -129), (.int(.min), Int.min), (.bytes("42"), 42), (.string("42"), 42),
      (.bytes(" +7\n"), 7), (.double(3.0), 3), (.bytes("3.0"), 3), (.bytes("1e3"), 1000), (.bytes("-0"), 0),
      (.bytes("1200e-2"), 12), (.bytes("-9223372036854775808"), Int.min), (.bool(true), 1),
      (.reference(.int(5)), 5), (.bytes("9223372036854775807"), Int.max),
    ] {
      #expect(try route.decode(Int.self, from: value) == number, "\(value)")
      #expect(try route.decode([Int].self, from: .array([value])) == [number], "\(value)")
      #expect(try route.decode([String: Int].self, from: .hash(["a": value])) == ["a": number], "\(value)")
    }
    #expect(try route.decode(UInt64.self, from: .uint(.max)) == .max)
    #expect(try route.decode(UInt64.self, from: .bytes("18446744073709551615")) == .max)
    #expect(try route.decode(UInt8.self, from: 255) == 255)
  }

  @Test(arguments: CodingRoute.allCases)
  func whatIsNoIntegerIsRefused(_ route: CodingRoute) {
    for value: Value in [
      "", "abc", "42 pigs", "0x10", "1.5", 1.5, "1e400", "--1", "1e", ".", "Inf", .undef, .array([1]), .hash(["a": 1]),
      "99999999999999999999", .double(1e19), .double(.nan), "1_000", "4 2",
    ] {
      #expect(throws: IKCError.self, "\(value)") { try route.decode(Int.self, from: value) }
      #expect(throws: IKCError.self, "\(value)") { try route.decode([Int].self, from: .array([value])) }
    }
    #expect(throws: IKCError.self) { try route.decode(Int8.self, from: 128) }
    #expect(throws: IKCError.self) { try route.decode(UInt.self, from: -1) }
    #expect(throws: IKCError.self) { try route.decode(UInt16.self, from: "65536") }
    #expect(throws: IKCError.self) { try route.decode(Int.self, from: .uint(.max)) }
  }

  @Test(arguments: CodingRoute.allCases)
  func floatingPointNumbersComeFromAllNumbers(_ route: CodingRoute) throws {
    for (value, number) in [
      (Value.bytes("1.5"), 1.5), (.double(0.1), 0.1), (.bytes("0.1"), 0.1), (3, 3), (.bytes("1e+300"), 1e300),
      (.bytes("-Inf"), -.infinity), (.bytes("infinity"), .infinity), (.bytes("1e999"), .infinity), (.bytes(".5"), 0.5),
      (.bytes("5."), 5), (.bytes("123456789012345678901234567890"), 1.2345678901234568e29),
      (.bytes("2.2250738585072014e-308"), 2.2250738585072014e-308), (.bytes("1e-400"), 0),
      (.uint(.max), 0x1p64),
    ] {
      #expect(try route.decode(Double.self, from: value) == number, "\(value)")
      #expect(try route.decode([Double].self, from: [value]) == [number], "\(value)")
    }
    #expect(try route.decode(Double.self, from: "NaN").isNaN)
    #expect(try route.decode(Double.self, from: "-0").sign == .minus)
    #expect(try route.decode(Float.self, from: "0.25") == 0.25)
    for value: Value in ["", "1.5x", "nano", .undef, [1], "0x1p3", "1e", "infinit", "e5"] {
      #expect(throws: IKCError.self, "\(value)") { try route.decode(Double.self, from: value) }
    }
    #expect(throws: IKCError.self) { try route.decode(Float.self, from: "1e300") }
  }

  @Test(arguments: CodingRoute.allCases)
  func truthIsPerlsWhereItIsNoGuess(_ route: CodingRoute) throws {
    for value: Value in [.undef, "", "0", 0, 0.0, .bool(false)] {
      #expect(try route.decode(Bool.self, from: value) == false, "\(value)")
    }
    for value: Value in ["1", 1, -1, 2.5, "17", "0.5", "-1e3", .bool(true)] {
      #expect(try route.decode(Bool.self, from: value) == true, "\(value)")
    }
    for value: Value in ["no", "false", "true", [1], .hash([:]), "0.0", "00", " "] {
      #expect(throws: IKCError.self, "\(value)") { try route.decode(Bool.self, from: value) }
    }
    #expect(try route.decode([Bool?].self, from: [.undef, "", 1]) == [nil, false, true])
  }

  @Test(arguments: CodingRoute.allCases)
  func textComesFromStringsAndNumbers(_ route: CodingRoute) throws {
    for (value, text) in [
      (Value.bytes("abc"), "abc"), (.string("żółw 🐢"), "żółw 🐢"), (.bytes("żółw"), "żółw"), (42, "42"), (1.5, "1.5"),
      (.double(1e20), "1e+20"), (.bytes(ByteString([0x63, 0x61, 0x66, 0xE9])), "café"), ("", ""),
      (.bytes(ByteString(String(repeating: "x", count: 300))), String(repeating: "x", count: 300)),
      (.reference("abc"), "abc"),
    ] {
      #expect(try route.decode(String.self, from: value) == text)
      #expect(try route.decode([String].self, from: [value]) == [text])
      #expect(try route.decode([String: String].self, from: .hash(["k": value])) == ["k": text])
    }
    for value: Value in [.undef, [1], .hash(["a": 1]), .special(.malformedText(ByteString([0xED, 0xA0, 0x80])))] {
      #expect(throws: IKCError.self, "\(value)") { try route.decode(String.self, from: value) }
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func octetsComeFromStringsAndFromNumbers(_ route: CodingRoute) throws {
    let octets: [UInt8] = [0, 0xFF, 0x80, 0x41]
    #expect(try route.decode([UInt8].self, from: .bytes(ByteString(octets))) == octets)
    #expect(try route.decode([UInt8].self, from: [0, 255, "128", 65]) == octets)
    #expect(try route.decode([UInt8].self, from: .string("é")) == [0xC3, 0xA9])
    #expect(try route.decode(ByteString.self, from: .bytes(ByteString(octets))) == ByteString(octets))
    #expect(throws: IKCError.self) { try route.decode([UInt8].self, from: [256]) }
    #expect(throws: IKCError.self) { try route.decode([UInt8].self, from: .undef) }
  }

  @Test(arguments: CodingRoute.allCases)
  func undefIsNil(_ route: CodingRoute) throws {
    #expect(try route.decode(Int?.self, from: .undef) == nil)
    #expect(try route.decode(Int?.self, from: "5") == 5)
    #expect(try route.decode([String?].self, from: ["a", .undef]) == ["a", nil])
    #expect(try route.decode([String: Int?].self, from: .hash(["a": .undef, "b": 1])) == ["a": nil, "b": 1])
    #expect(try route.decode([Int]?.self, from: .undef) == nil)
  }
}
