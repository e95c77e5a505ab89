import ArgumentParser
import IKC
import IKCYAML

/// How this kernel presents itself.
struct KernelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("This kernel's name.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The negotiation: ikc (classic) or ikc0.", valueName: "protocol"))
  var `protocol` = ProtocolName.ikc0
}

/// The negotiations by the names that the command line has for them.
enum ProtocolName: String, ExpressibleByArgument, CaseIterable {
  case ikc
  case ikc0

  var negotiation: NegotiationProtocol {
    switch self {
    case .ikc: .ikc
    case .ikc0: .ikc0
    }
  }
}

/// The serializers by name.
struct SerializerName: ExpressibleByArgument {
  static let known: [any Serializer] = [
    StorableSerializer(), JSONSerializer(), YAMLSerializer(), FreezeThawSerializer(), FreezerSerializer(),
  ]

  let serializer: any Serializer

  init(_ serializer: any Serializer) {
    self.serializer = serializer
  }

  init?(argument: String) {
    let word = argument.lowercased()
    let found = Self.known.first { $0.package.lowercased() == word || Self.name(of: $0).lowercased() == word }
    guard let found else { return nil }
    serializer = found
  }

  /// What the command line calls it: the last part of the package's name.
  private static func name(of serializer: any Serializer) -> String {
    serializer.package.split(separator: ":").last.map(String.init) ?? serializer.package
  }

  var defaultValueDescription: String { Self.name(of: serializer) }

  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

  static var allValueStrings: [String] { known.map { name(of: $0) } }
}

/// Which peer to talk to, and how long to wait for it.
struct PeerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The peer: tcp://HOST:PORT or unix:PATH.", valueName: "addr"), transform: address)
  var connect: Address

  @OptionGroup var kernel: KernelOptions

  @Option(help: ArgumentHelp("What values are written as.", valueName: "s"))
  var serializer = SerializerName(StorableSerializer())

  @Option(help: ArgumentHelp("Seconds to wait for the connection, and again for the answer.", valueName: "s"))
  var timeout = 30.0

  func validate() throws {
    guard timeout >= 0.001, timeout <= 1e6 else {
      throw ValidationError("--timeout takes seconds, from 0.001 to 1000000")
    }
  }

  /// The time-out as the library takes it.
  var limit: Duration { .seconds(timeout) }

  var configuration: Configuration {
    var configuration = Configuration()
    configuration.negotiation = kernel.protocol.negotiation
    configuration.serializers = [serializer.serializer]
    configuration.negotiationTimeout = limit
    return configuration
  }
}

/// Reads an address from the command line.
func address(_ text: String) throws -> Address {
  do {
    return try Address(text)
  } catch {
    throw ValidationError(error.message)
  }
}
