import Foundation
import Testing

@testable import IKC

@Suite("Limits of Storable", .timeLimit(.minutes(5)))
struct StorableLimitTests {
  private static func nested(_ depth: Int, _ wrap: (Value) -> Value, _ inner: Value) -> Value {
    var value = inner
    for _ in 0..<depth { value = wrap(value) }
    return value
  }

  @Test("writes exactly as deep as Perl does")
  func writesAsDeepAsPerl() throws {
    let serializer = StorableSerializer()
    // Found by trying with Storable 3.26.
    let arrays = { Self.nested($0 - 1, { [$0] }, []) }
    #expect(throws: Never.self) { try serializer.encode(arrays(512)) }
    #expect(throws: IKCError.self) { try serializer.encode(arrays(513)) }
    let hashes = { Self.nested($0 - 1, { ["a": $0] }, [:]) }
    #expect(throws: Never.self) { try serializer.encode(hashes(256)) }
    #expect(throws: IKCError.self) { try serializer.encode(hashes(257)) }
    let references = { Self.nested($0, { .reference($0) }, 1) }
    #expect(throws: Never.self) { try serializer.encode(references(513)) }
    #expect(throws: IKCError.self) { try serializer.encode(references(514)) }
    let both = { Self.nested($0 - 1, { [["a": $0]] }, [:]) }
    #expect(throws: Never.self) { try serializer.encode(both(128)) }
    #expect(throws: IKCError.self) { try serializer.encode(both(129)) }
  }

  @Test("reads 1,000 levels and no more")
  func readsThousandLevels() throws {
    func image(_ depth: Int, _ piece: [UInt8], _ last: [UInt8]) -> [UInt8] {
      [5, 11] + Array(repeatElement(piece, count: depth - 1).joined()) + last
    }
    let array: [UInt8] = [2, 0, 0, 0, 1, 4]
    let empty: [UInt8] = [2, 0, 0, 0, 0]
    // The innermost array is empty: it nests nothing.
    #expect(throws: Never.self) { try image(1001, array, empty).thawed() }
    #expect(throws: IKCError.self) { try image(1002, array, empty).thawed() }
    #expect(throws: Never.self) { try image(1001, array, empty).thawedGraph().taggedJSON() }
    #expect(throws: IKCError.self) { try image(1002, array, empty).thawedGraph() }
    #expect(throws: IKCError.self) { try image(1002, [4], [5]).thawed() }
    #expect(throws: IKCError.self) { try image(100_000, [17, 1, 65, 4], [5]).thawed() }
  }

  @Test("what occurs exponentially often is no value, and not written out")
  func survivesBillionLaughs() throws {
    // Forty arrays, each of which holds the next one twice.
    var image: [UInt8] = [5, 11]
    for level in 0..<40 {
      image += [2, 0, 0, 0, 2, 4]
      if level == 39 { image += [2, 0, 0, 0, 0] }
    }
    for level in (0..<40).reversed() { image += [4, 0, 0, 0, 0, UInt8(2 * level + 2)] }
    #expect(try #require(throws: IKCError.self) { try image.thawed() }.code == .cannotDecode)
    var value = Value.array([])
    for _ in 0..<40 { value = .array([value, value]) }
    let error = try #require(throws: IKCError.self) { try StorableSerializer(maximumSize: 1 << 20).encode(value) }
    #expect(error.code == .cannotEncode)
    #expect(throws: IKCError.self) { try value.json(maximumSize: 1 << 20) }
    let graph = try image.thawedGraph()
    #expect(graph.nodes.count < 200)
    #expect(try graph.storable() == image)
    #expect(try graph.value()[0]?[0]?.array?.count == 2)
  }

  @Test("a string that occurs often takes its memory once")
  func sharesStrings() throws {
    var image: [UInt8] = [5, 11, 2, 0, 1, 0, 0, 1, 0, 1, 0, 0]
    image += [UInt8](repeating: 120, count: 0x10000)
    for _ in 1..<0x10000 { image += [0, 0, 0, 0, 1] }
    let elements = try #require(try image.thawed().array)
    guard case .bytes(let first) = elements[0], case .bytes(let last) = elements[0xFFFF],
      case .long(let one) = first.form, case .long(let other) = last.form
    else {
      Issue.record("no long strings")
      return
    }
    #expect(one === other)
  }

  #if os(Linux)
    @Test("all hostile images take less than 64 MiB and a second each")
    func staysWithinBounds() async {
      await #expect(processExitsWith: .success) {
        let payloads = HostilePayload.all
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        limit.rlim_cur = rlim_t(ResourceUse.virtualMemory() + 64 << 20)
        precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
        for payload in payloads {
          let start = clock()
          let value = try? payload.bytes.thawed()
          if let value { _ = try? StorableSerializer(maximumSize: 16 << 20).encode(value) }
          precondition(clock() - start < CLOCKS_PER_SEC, payload.name)
        }
      }
    }
  #endif

  @Test("the deepest values fit a stack of 512 KiB")
  func fitsSmallStack() async {
    await #expect(processExitsWith: .success) {
      onStack {
        for piece in [[2, 0, 0, 0, 1, 4], [4], [17, 1, 65, 4]] as [[UInt8]] {
          let image = [5, 11] + Array(repeatElement(piece, count: 999).joined()) + [5]
          let value = try? image.thawed()
          precondition(value != nil)
          precondition((try? StorableSerializer().encode(value ?? .undef)) == nil)
          let graph = image.withUnsafeBytes { try? ValueGraph(storable: $0) }
          precondition((try? graph?.value()) != nil)
        }
        let deep =
          [5, 11] + Array(repeatElement([2, 0, 0, 0, 1, 4] as [UInt8], count: 511).joined()) + [2, 0, 0, 0, 0]
        precondition((try? StorableSerializer().encode(deep.thawed())) == deep)
      }
    }
  }
}

/// What the system says of this process.
enum ResourceUse {
  /// Bytes of address space in use.
  static func virtualMemory() -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
    return (pages.flatMap { Int($0) } ?? 0) * Int(getpagesize())
  }
}
