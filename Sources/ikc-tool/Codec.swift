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
    let graph = try Self.graph(taggedJSON: json)
    return try serializer.keepsIdentity ? graph.storable() : serializer.serializer.encode(graph.value())
  }

  /// The JSON for what `bytes` hold.
  func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    if tagged, serializer.keepsIdentity { return try Self.graph(storable: bytes).taggedJSON() }
    let value = try bytes.withUnsafeBytes { try serializer.serializer.decode($0) }
    return try tagged ? ValueGraph(value).taggedJSON() : value.json()
  }

  private static func plain(_ json: [UInt8]) throws -> Value {
    try json.withUnsafeBytes { try Value(json: $0) }
  }

  private static func graph(taggedJSON json: [UInt8]) throws -> ValueGraph {
    try json.withUnsafeBytes { try ValueGraph(taggedJSON: $0) }
  }

  private static func graph(storable image: [UInt8]) throws -> ValueGraph {
    try image.withUnsafeBytes { try ValueGraph(storable: $0) }
  }
}

struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Reads JSON from stdin and writes a serializer's bytes.")

  @OptionGroup var codec: CodecOptions

  func run() throws {
    try Process.write(codec.encode(Process.readAll()))
  }
}

struct Decode: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Reads a serializer's bytes from stdin and prints JSON.")

  @OptionGroup var codec: CodecOptions

  func run() throws {
    try Process.write(codec.decode(Process.readAll()) + [UInt8(ascii: "\n")])
  }
}
