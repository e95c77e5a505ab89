import ArgumentParser
import IKC

/// The options of `encode` and `decode`.
struct CodecOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The format of the bytes.", valueName: "s"))
  var serializer = SerializerName(StorableSerializer())

  @Flag(
    help: "Typed JSON, which tells what plain JSON loses: kinds of strings and numbers, classes, shared references.")
  var tagged = false
}

struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Reads JSON from stdin and writes a serializer's bytes.")

  @OptionGroup var codec: CodecOptions

  func run() throws {
    let text = try Process.readAll()
    try Process.write(codec.encode(text))
  }
}

struct Decode: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Reads a serializer's bytes from stdin and prints JSON.")

  @OptionGroup var codec: CodecOptions

  func run() throws {
    let bytes = try Process.readAll()
    try Process.print(codec.decode(bytes))
  }
}
