import ArgumentParser
import IKC

/// The options of `encode` and `decode`.
struct CodecOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The format of the bytes.", valueName: "s"))
  var serializer = SerializerName(StorableSerializer())

  @Flag(
    help: "Typed JSON, which tells what plain JSON loses: kinds of strings and numbers, classes, shared references.")
  var tagged = false

  /// The serializer's bytes for what `json` says.
  func encode(_ json: [UInt8]) throws -> [UInt8] {
    guard tagged else { return try serializer.serializer.encode(Self.plain(json)) }
    let graph = try json.withUnsafeBytes { try ValueGraph(taggedJSON: $0) }
    return switch serializer.serializer {
    case is StorableSerializer: try graph.storable()
    case is FreezeThawSerializer: try graph.freezeThaw()
    case is FreezerSerializer: try graph.freezer()
    default: try serializer.serializer.encode(graph.value())
    }
  }

  /// The JSON for what `bytes` hold.
  func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    try bytes.withUnsafeBytes { try tagged ? graph(of: $0).taggedJSON() : serializer.serializer.decode($0).json() }
  }

  /// What `bytes` hold, with its identities where the format has them.
  private func graph(of bytes: UnsafeRawBufferPointer) throws -> ValueGraph {
    switch serializer.serializer {
    case is StorableSerializer: try ValueGraph(storable: bytes)
    case is FreezeThawSerializer: try ValueGraph(freezeThaw: bytes)
    case is FreezerSerializer: try ValueGraph(freezer: bytes)
    default: try ValueGraph(serializer.serializer.decode(bytes))
    }
  }

  private static func plain(_ json: [UInt8]) throws -> Value {
    try json.withUnsafeBytes { try Value(json: $0) }
  }
}

struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads JSON from stdin and writes a serializer's bytes.",
    discussion: """
      EXAMPLES
        echo '{"answer": 42}' | ikc encode --serializer Storable > answer.storable
        ikc decode --tagged < image | ikc encode --tagged | cmp - image
      """
  )

  @OptionGroup var codec: CodecOptions

  func run() throws {
    try Process.write(codec.encode(Process.readAll()))
  }
}

struct Decode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads a serializer's bytes from stdin and prints JSON.",
    discussion: """
      EXAMPLES
        ikc decode --serializer Storable < answer.storable
        perl -MStorable=nfreeze -e 'print nfreeze({a => [1, 2]})' | ikc decode
      """
  )

  @OptionGroup var codec: CodecOptions

  func run() throws {
    try Process.write(codec.decode(Process.readAll()) + [UInt8(ascii: "\n")])
  }
}
