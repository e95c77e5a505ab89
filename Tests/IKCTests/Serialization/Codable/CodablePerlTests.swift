import Foundation
import TestSupport
import Testing

@testable import IKC

@Suite("Codable and Perl's own Storable", .enabled { await PerlStorable.isAvailable() }, .timeLimit(.minutes(5)))
struct CodablePerlTests {
  struct Item: Codable, Equatable {
    var id: Int
    var name: String
    var price: Double
    var isNew: Bool
    var note: String?
    var tags: [String]
    var parent: Parent?

    struct Parent: Codable, Equatable {
      var id: Int
      var blob: [UInt8]
    }
  }

  static let source = """
    my $parent = bless { id => "12", blob => "\\0\\xff\\x80" }, 'Some::Class';
    my $name = "caf\\x{e9} \\x{17c}";
    my @tags = ("a", $name, 7);
    my $list = [
      { id => 1, name => $name, price => 1.25, isNew => !!1, note => undef, tags => \\@tags, parent => $parent },
      { parent => $parent, tags => \\@tags, isNew => !!0, price => 3, name => "plain", id => "2000000000000" },
      { id => 3.0, name => 42, price => "1e3", isNew => 1, tags => [], parent => undef, note => "x" x 300 },
    ];
    """

  static let items = [
    Item(
      id: 1, name: "café ż", price: 1.25, isNew: true, note: nil, tags: ["a", "café ż", "7"],
      parent: Item.Parent(id: 12, blob: [0, 255, 128])),
    Item(
      id: 2_000_000_000_000, name: "plain", price: 3, isNew: false, note: nil, tags: ["a", "café ż", "7"],
      parent: Item.Parent(id: 12, blob: [0, 255, 128])),
    Item(id: 3, name: "42", price: 1000, isNew: true, note: String(repeating: "x", count: 300), tags: [], parent: nil),
  ]

  @Test(arguments: CodingRoute.allCases, ["nfreeze", "freeze"])
  func structsAreDecodedFromWhatPerlWrote(_ route: CodingRoute, _ function: String) async throws {
    let image = try await PerlStorable.run("binmode STDOUT; \(Self.source) print Storable::\(function)($list);")
    #expect(try route.decode([Item].self, image: image) == Self.items)
  }

  @Test(arguments: [StorableOrder.network, .native])
  func perlReadsWhatStructsAreEncodedTo(_ order: StorableOrder) async throws {
    var writer = ByteWriter()
    writer.writeStorableHeader(order)
    try writer.writeStorable(encoding: Self.items, in: StorableContext(order: order, isRoot: true))
    let program = """
      binmode STDIN; binmode STDOUT; local $/; my $got = Storable::thaw(<STDIN>);
      my $item = $got->[0];
      utf8::encode(my $name = $item->{name});
      print join("|", scalar @$got, ref $item, $item->{id}, $name, $item->{price}, $item->{isNew},
        exists $item->{note} ? 1 : 0, scalar @{$item->{tags}}, unpack("H*", $item->{parent}{blob}),
        $got->[1]{id}, "<$got->[1]{isNew}>", length $got->[2]{note}, ref $got->[2]{tags});
      """
    let output = try await PerlStorable.run(program, input: Array(writer.bytes))
    #expect(
      String(decoding: output, as: UTF8.self)
        == "3|HASH|1|café ż|1.25|1|0|3|00ff80|2000000000000|<>|300|ARRAY")
  }

  @Test(arguments: CodingRoute.allCases)
  func dictionariesGoThereAndBack(_ route: CodingRoute) async throws {
    let table = ["é": [1, -200, 70_000], "plain": [], "ż": [1 << 40]]
    var writer = ByteWriter()
    writer.writeStorableHeader()
    try writer.writeStorable(encoding: table, in: StorableContext(isRoot: true))
    let image = try await PerlStorable.run(
      "binmode STDIN; binmode STDOUT; local $/; print Storable::nfreeze(Storable::thaw(<STDIN>));",
      input: Array(writer.bytes))
    #expect(try route.decode([String: [Int]].self, image: image) == table)
  }
}

/// Perl with Storable, as a child process.
enum PerlStorable {
  /// What the program prints, given `input`.
  static func run(_ program: String, input: [UInt8] = []) async throws -> [UInt8] {
    let outcome = try await ChildProcess.run("perl", ["-MStorable", "-e", program], input: input)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// Whether there is such a Perl.
  static func isAvailable() async -> Bool { (try? await run("print 1")) == [UInt8(ascii: "1")] }
}
