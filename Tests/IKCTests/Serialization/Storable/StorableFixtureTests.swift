import Foundation
import Testing

@testable import IKC

@Suite("Recorded Storable images")
struct StorableFixtureTests {
  static let readable = StorableFixture.all.filter { $0.kind != "code" }
  static let thawedAlike = readable.filter { !$0.holdsHook }

  @Test("all lines of the file are there")
  func fileIsComplete() { #expect(StorableFixture.all.count == 234) }

  @Test("reads what Perl reads, from either order", arguments: thawedAlike)
  func readsAsPerl(_ fixture: StorableFixture) throws {
    let portable = try Tagged(try fixture.portable.thawedGraph().taggedJSON()).withoutTiedDetails
    #expect(portable == (try Tagged(fixture.thawedPortable)))
    let native = try Tagged(try fixture.native.thawedGraph().taggedJSON()).withoutTiedDetails
    #expect(native == (try Tagged(fixture.thawedNative)))
  }

  @Test("writes byte for byte what it has read", arguments: readable)
  func writesWhatItRead(_ fixture: StorableFixture) throws {
    // Perl itself writes these otherwise than it reads them.
    if ["utf8-empty-flagged", "weak-both"].contains(fixture.name) { return }
    #expect(try fixture.portable.thawedGraph().storable() == fixture.portable)
    #expect(try fixture.native.thawedGraph().storable(usesNativeOrder: true) == fixture.native)
  }

  @Test("writes a described value byte for byte as Perl does", arguments: thawedAlike)
  func writesAsPerl(_ fixture: StorableFixture) throws {
    // The description does not say that a class overloads, nor what a tied element belongs to.
    if try fixture.holdsOverloading || String(decoding: fixture.value, as: UTF8.self).contains("tied_elem") { return }
    let graph = try [UInt8](fixture.value).taggedGraph()
    #expect(Self.hex(try graph.storable()) == Self.hex(fixture.canonicalPortable))
    #expect(Self.hex(try graph.storable(usesNativeOrder: true)) == Self.hex(fixture.canonicalNative))
  }

  private static func hex(_ bytes: [UInt8]) -> String { Hexadecimal.encode(ByteString(bytes)) }

  @Test("tagged JSON loses nothing", arguments: readable)
  func taggedJSONIsComplete(_ fixture: StorableFixture) throws {
    let text = try fixture.portable.thawedGraph().taggedJSON()
    #expect(try text.taggedGraph().taggedJSON() == text)
  }

  @Test("a Value is what the graph says, unless there is a cycle", arguments: readable)
  func valueAgreesWithGraph(_ fixture: StorableFixture) throws {
    let isCyclic = ["cyclic", "mixed-graph", "weak-overloaded-cycle", "cyclic-object"].contains {
      fixture.name.hasPrefix($0)
    }
    if isCyclic {
      let error = try #require(throws: IKCError.self) { try fixture.portable.thawed() }
      #expect(error.code == .cannotDecode && error.message.contains("cycle"))
      #expect(throws: IKCError.self) { try fixture.portable.thawedGraph().value() }
      return
    }
    if fixture.name == "weak-both" || fixture.name == "utf8-empty-flagged" { return }
    let value = try fixture.portable.thawed()
    #expect(Self.described(value) == Self.described(try fixture.portable.thawedGraph().value()))
    #expect(Self.described(try fixture.native.thawed()) == Self.described(try fixture.native.thawedGraph().value()))
  }

  @Test("a Value survives the way through either order", arguments: readable)
  func valueSurvives(_ fixture: StorableFixture) throws {
    guard let value = try? fixture.native.thawed() else { return }
    let portable = try StorableSerializer().encode(value).thawed()
    let native = try StorableSerializer(usesNativeOrder: true).encode(value).thawed()
    // In network order numbers become strings on the first trip, and stay so.
    #expect(Self.described(try StorableSerializer().encode(portable).thawed()) == Self.described(portable))
    let again = try StorableSerializer(usesNativeOrder: true).encode(native).thawed()
    #expect(Self.described(again) == Self.described(native))
  }

  /// Text that differs where values do, NaN included.
  private static func described(_ value: Value) -> String { String(describing: value) }

  @Test("code is refused", arguments: StorableFixture.all.filter { $0.kind == "code" })
  func refusesCode(_ fixture: StorableFixture) throws {
    for image in [fixture.portable, fixture.native] {
      let error = try #require(throws: IKCError.self) { try image.thawed() }
      #expect(error.code == .cannotDecode && error.message.contains("code"))
      #expect(throws: IKCError.self) { try image.thawedGraph() }
    }
    #expect(throws: IKCError.self) { try [UInt8](fixture.value).taggedGraph() }
  }

  @Test("an object with a hook is its class, its string and its references")
  func readsHooks() throws {
    let fixture = try #require(StorableFixture.all.first { $0.name == "hook-refs" })
    let expected = Value.Hook(
      className: "HookRefs", base: .hash, frozen: "n=3",
      references: [[1], ["a": 2], .reference(.bytes("s"))])
    #expect(try fixture.portable.thawed() == .special(.hook(expected)))
    #expect(try StorableSerializer().encode(.special(.hook(expected))) == fixture.portable)
  }

  @Test("what Storable refuses is refused before it is written")
  func refusesTheUnrepresentable() {
    let unnamed = Value.special(.object(Value.Object(className: "0", content: [])))
    #expect(throws: IKCError.self) { try StorableSerializer().encode(unnamed) }
    for type in ["glob", "io", "code"] {
      #expect(throws: IKCError.self) { try Array(#"{"t":"ref","v":{"t":"\#(type)"}}"#.utf8).taggedGraph() }
    }
    #expect(throws: IKCError.self) { try StorableSerializer().encode(5) }
    #expect(throws: IKCError.self) { try StorableSerializer().encode("text") }
  }
}
