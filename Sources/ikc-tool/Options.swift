import ArgumentParser
import IKC

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
  static let known: [any Serializer] = [StorableSerializer()]

  let serializer: any Serializer

  init(_ serializer: any Serializer) {
    self.serializer = serializer
  }

  init?(argument: String) {
    let found = Self.known.first { $0.package.lowercased() == argument.lowercased() }
    guard let found else { return nil }
    serializer = found
  }

  /// Whether the format has references to what it has already written, so that a graph survives as it is.
  var keepsIdentity: Bool { serializer is StorableSerializer }

  var defaultValueDescription: String { serializer.package }

  static var allValueStrings: [String] { known.map(\.package) }
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
