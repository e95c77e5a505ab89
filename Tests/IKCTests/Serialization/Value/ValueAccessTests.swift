import Testing

@testable import IKC

@Suite("Value")
struct ValueAccessTests {
  @Test("scalars convert as they do in Perl")
  func conversions() {
    #expect(Value.bytes("5000000000").int == 5_000_000_000)
    #expect(Value.double(3).int == 3)
    #expect(Value.double(3.5).int == nil)
    #expect(Value.uint(.max).int == nil)
    #expect(Value.string("x").int == nil)
    #expect(Value.bytes("0.1").double == 0.1)
    #expect(Value.bytes("-Inf").double == -.infinity)
    #expect(Value.bytes("NaN").double?.isNaN == true)
    #expect(Value.int(-7).text == "-7")
    #expect(Value.double(0.1).text == "0.1")
    #expect(Value.double(1e20).text == "1e+20")
    #expect(Value.bool(false).text == "")
    #expect(Value.undef.text == nil)
    #expect(Value.array([]).text == nil)
  }

  @Test("Perl's truth")
  func truth() {
    let truths: [Value] = [1, "a", "00", "0.0", .bytes(" "), true, 0.5, [], [:], .reference(0)]
    for value in truths { #expect(value.isTrue, "\(value)") }
    for value in [nil, 0, "", "0", .bytes("0"), false, 0.0] as [Value] { #expect(!value.isTrue, "\(value)") }
  }

  @Test("literals and subscripts")
  func literals() {
    let value: Value = ["list": [1, 2.5, "x", true, nil], "inner": ["k": "v"]]
    #expect(value["list"]?[2] == "x")
    #expect(value["list"]?[5] == nil)
    #expect(value["list"]?[-1] == nil)
    #expect(value["inner"]?["k"]?.text == "v")
    #expect(value["absent"] == nil)
    #expect(value[0] == nil)
    #expect(value.hash?.count == 2)
    #expect(value["list"]?.array?.last?.isUndef == true)
  }
}
