import IKC
import Testing

@Suite struct StorableSerializerCodableTests {
  private struct Point: Codable, Equatable {
    var x: Int
    var labels: [String]
    var note: String?
  }

  @Test(arguments: [false, true])
  func aStructComesBackFromItsImage(_ usesNativeOrder: Bool) throws {
    let serializer = StorableSerializer(usesNativeOrder: usesNativeOrder)
    let point = Point(x: -5, labels: ["a", "é"], note: nil)
    let image = try serializer.encode(point)
    #expect(try image.withUnsafeBytes { try serializer.decode(Point.self, from: $0) } == point)
    let value = try image.withUnsafeBytes { try serializer.decode($0) }
    #expect(value["x"]?.int == -5)
    #expect(value["labels"]?[1]?.text == "é")
    #expect(value["note"] == nil)
  }

  @Test func whatDoesNotFitNamesTheKeyPath() throws {
    let image = try StorableSerializer().encode(["x": "far", "labels": ""])
    let error = try #require(throws: IKCError.self) {
      try image.withUnsafeBytes { try StorableSerializer().decode(Point.self, from: $0) }
    }
    #expect(error.code == .cannotDecode)
    #expect(error.message.contains("value.x"))
  }

  @Test func anImageAboveTheLimitIsRefused() throws {
    let serializer = StorableSerializer(maximumSize: 100)
    let error = try #require(throws: IKCError.self) { try serializer.encode([String(repeating: "x", count: 200)]) }
    #expect(error.code == .cannotEncode)
  }

  @Test func noImageIsNoType() {
    #expect(throws: IKCError.self) {
      try [UInt8]("junk".utf8).withUnsafeBytes { try StorableSerializer().decode([Int].self, from: $0) }
    }
  }
}
