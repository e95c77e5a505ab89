import IKC
import TestSupport
import Testing

/// One way in which a Swift kernel and a Perl script can meet.
struct Peering: Sendable, CustomTestStringConvertible {
  enum Transport: String, CaseIterable {
    case tcp, unix
  }

  let script: PerlPeer.Script
  let transport: Transport
  /// What the Swift kernel tries first.
  let swift: NegotiationProtocol
  /// What the script tries first.
  let perl: NegotiationProtocol
  /// What both sides speak.
  var serializer: any Serializer = StorableSerializer()

  var testDescription: String {
    "\(script.rawValue).pl (\(Self.word(perl))) with Swift (\(Self.word(swift))) over \(transport.rawValue)"
      + (serializer is StorableSerializer ? "" : " in \(serializer.package)")
  }

  /// Every combination of protocols over the transports.
  static func all(_ script: PerlPeer.Script, over transports: [Transport] = Transport.allCases) -> [Peering] {
    transports.flatMap { transport in
      [NegotiationProtocol.ikc, .ikc0].flatMap { swift in
        [NegotiationProtocol.ikc, .ikc0].map { perl in
          Peering(script: script, transport: transport, swift: swift, perl: perl)
        }
      }
    }
  }

  static func word(_ negotiation: NegotiationProtocol) -> String {
    negotiation == .ikc ? "ikc" : "ikc0"
  }

  var perlWord: String { Self.word(perl) }

  /// A kernel that speaks this peering's protocol.
  func kernel(name: String) -> Kernel {
    var configuration = Configuration()
    configuration.negotiation = swift
    configuration.serializers = [serializer]
    return Kernel(name: name, configuration: configuration)
  }

  /// A free place to listen on.
  func place(in folder: ScratchFolder) -> String {
    switch transport {
    case .tcp: "tcp://127.0.0.1:0"
    case .unix: "unix:" + folder.path("socket")
    }
  }
}
