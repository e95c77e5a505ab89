/// What two kernels agreed on besides their names. Few differ, so that channels share them.
final class Agreement: Sendable {
  let negotiation: NegotiationProtocol
  /// The serializer's Perl package.
  let package: String
  /// Turns whole messages from and to Storable images; nil where they are that already.
  let transcoder: (any Serializer)?

  init(_ negotiation: NegotiationProtocol, _ serializer: any Serializer) {
    self.negotiation = negotiation
    package = serializer.package
    transcoder = serializer is StorableSerializer ? nil : serializer
  }
}
