import IKC
import IKCYAML
import Testing

/// A serializer that two kernels agree on, for the suites that hold for every one.
struct SerializerUnderTest: Sendable, CustomTestStringConvertible {
  let serializer: any Serializer

  var testDescription: String { serializer.package }

  /// Whether bytes that are no UTF-8 can be sent.
  var holdsAnyBytes: Bool { !(serializer is JSONSerializer) }

  /// Whether infinite numbers and those that are none can be sent.
  var holdsAnyNumber: Bool { !(serializer is JSONSerializer) }

  /// Whether text is told from bytes: YAML.pm's reader makes bytes of all text.
  var keepsText: Bool { holdsAnyText && !(serializer is YAMLSerializer) }

  /// Whether text with characters beyond ASCII can be sent: over FreezeThaw it would end a Perl peer.
  var holdsAnyText: Bool { !(serializer is FreezeThawSerializer) }

  /// Those of the texts that can be sent.
  func sendable(_ texts: [String]) -> [String] {
    texts.filter { holdsAnyText || $0.utf8.allSatisfy { $0 < 0x80 } }
  }

  /// All that there are, and one that an application might have.
  static let all: [SerializerUnderTest] =
    ([
      StorableSerializer(), JSONSerializer(), YAMLSerializer(), FreezeThawSerializer(), FreezerSerializer(),
      BencodeSerializer(),
    ] as [any Serializer]).map { SerializerUnderTest(serializer: $0) }

  /// What makes a kernel speak it.
  var configuration: Configuration {
    var configuration = Configuration()
    configuration.serializers = [serializer]
    return configuration
  }
}
