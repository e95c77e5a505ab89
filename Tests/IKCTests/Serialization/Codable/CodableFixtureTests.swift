import Foundation
import Testing

@testable import IKC

@Suite("Codable over recorded Storable images")
struct CodableFixtureTests {
  struct Tree: Decodable {
    var a: [Tree]?
    var key: [String: Tree]?
    var name: String?
  }

  struct Open: Decodable, Equatable {
    var value: Value
    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Value.self) }
  }

  /// A list with a reference to itself in it would never end.
  final class Nested: Decodable {
    let elements: [Nested]
    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      var elements: [Nested] = []
      while !container.isAtEnd { elements.append(try container.decode(Nested.self)) }
      self.elements = elements
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func hostileImagesGiveAValueOrAnError(_ route: CodingRoute) throws {
    for image in HostilePayload.all.map(\.bytes) {
      attempt([String: Value].self, route, image)
      attempt([Value].self, route, image)
      attempt([String: [String: Int]].self, route, image)
      attempt([[String]].self, route, image)
      attempt(Tree.self, route, image)
      attempt(Nested.self, route, image)
      attempt(String.self, route, image)
      attempt(Int.self, route, image)
      attempt([UInt8].self, route, image)
      attempt(Date?.self, route, image)
    }
  }

  private func attempt<T: Decodable>(_ type: T.Type, _ route: CodingRoute, _ image: [UInt8]) {
    do {
      _ = try route.decode(type, image: image)
    } catch {
      #expect((error as? IKCError)?.code == .cannotDecode)
    }
  }

  @Test func aCutImageIsAlwaysRefused() throws {
    var writer = ByteWriter()
    try writer.writeStorable(encoding: [["é": [1, 70_000]], ["b": [Int.max], "": []]])
    let item = Array(writer.bytes)
    for end in 0..<item.count {
      let cut = Array(item[..<end])
      #expect(throws: IKCError.self) {
        try cut.withUnsafeBytes { image in
          var decoding = StorableDecoding(image: image, order: .network)
          return try decoding.decode([[String: [Int]]].self, at: 0, firstTag: 0)
        }
      }
    }
  }

  @Test func aChangedByteNeverTraps() throws {
    var writer = ByteWriter()
    try writer.writeStorable(encoding: [["é": [1, 70_000]], ["b": [Int.max], "": []]])
    let item = Array(writer.bytes)
    for index in item.indices {
      for byte in [UInt8(0), 1, 2, 3, 4, 5, 17, 25, 26, 29, 31, 32, 0x7F, 0xFF] {
        var changed = item
        changed[index] = byte
        _ = try? CodingRoute.decode([[String: [Int]]].self, item: changed)
        _ = try? CodingRoute.decode([[String: Value]].self, item: changed)
      }
    }
  }

  @Test(arguments: CodingRoute.allCases)
  func valuesInsideTypesAreWhatTheReaderGives(_ route: CodingRoute) throws {
    var count = 0
    for fixture in StorableFixture.all {
      for image in [fixture.portable, fixture.native] {
        let expected = Result {
          try image.withUnsafeBytes { image in
            let (order, offset) = try StorableOrder.read(image)
            var reader = StorableReader(image: image, at: offset, firstTag: 0, order: order)
            return try reader.readItem()
          }
        }
        let decoded = Result { try route.decode(Open.self, image: image).value }
        switch (expected, decoded) {
        case (.success(let expected), .success(let decoded)):
          #expect(Self.isSame(expected, decoded), "\(fixture.name)")
          count += 1
        case (.failure, .failure): break
        default: Issue.record("\(fixture.name): \(expected) but \(decoded)")
        }
      }
    }
    #expect(count > 200)
  }

  /// NaN is no reason to differ.
  private static func isSame(_ left: Value, _ right: Value) -> Bool {
    left == right || "\(left)" == "\(right)"
  }

  @Test func sharedPartsAreBoundedWhereATypeAsksForEveryCopy() throws {
    // Sixty arrays, each of which holds the one before it twice.
    var image: [UInt8] = [5, 11]
    for _ in 0..<60 { image += [4, 2, 0, 0, 0, 2] }
    image += [4, 2, 0, 0, 0, 0]
    for level in (1..<61).reversed() { image += [0, 0, 0, 0, UInt8(level * 2)] }
    #expect(throws: IKCError.self) { try CodingRoute.storable.decode([Value].self, image: image) }
    #expect(throws: IKCError.self) { try CodingRoute.storable.decode(Nested.self, image: image) }
    var value: [Value] = []
    for _ in 0..<60 { value = [.array(value), .array(value)] }
    var decoder = ValueDecoder()
    decoder.maximumCount = 1000
    #expect(throws: IKCError.self) { try decoder.decode(Nested.self, from: .array(value)) }
    #expect(try decoder.decode([Int].self, from: .array(Array(repeating: 1, count: 1000))).count == 1000)
  }

  @Test func theLastOfEqualKeysWins() throws {
    func image(_ names: [String]) -> [UInt8] {
      var bytes: [UInt8] = [5, 11, 3, 0, 0, 0, UInt8(names.count)]
      for (index, name) in names.enumerated() {
        bytes += [8, 128 + UInt8(index), 0, 0, 0, UInt8(name.utf8.count)] + Array(name.utf8)
      }
      return bytes
    }
    for route in CodingRoute.allCases {
      #expect(try route.decode([String: Int].self, image: image(["a", "b", "a", "b", "a"])) == ["a": 4, "b": 3])
      let many = (0..<100).map { "key\($0 % 60)" }
      let expected = Dictionary(many.enumerated().map { ($1, $0) }) { $1 }
      #expect(try route.decode([String: Int].self, image: image(many)) == expected)
    }
  }

  @Test func whatRefersOutsideIsReported() throws {
    let item: [UInt8] = [4, 2, 0, 0, 0, 1, 0, 0, 0, 0, 3]
    item.withUnsafeBytes { image in
      var decoding = StorableDecoding(image: image, order: .network)
      #expect(throws: IKCError.self) { try decoding.decode([Int].self, at: 0, firstTag: 5) }
      #expect(decoding.refersOutside)
      #expect(throws: IKCError.self) { try decoding.decode([Int].self, at: 0, firstTag: 0) }
      #expect(!decoding.refersOutside)
    }
  }
}
