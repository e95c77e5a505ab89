/// The dialogue with which two kernels introduce themselves before they exchange frames.
///
/// Either side falls back to the classic dialogue where the other one knows nothing else.
public enum NegotiationProtocol: Sendable, Hashable {
  /// The classic one, a line and an answer at a time: `HELLO`, `IAM`, `DONE`, `FREEZER`, `WORLD`, `UP`. It tells no
  /// process id, and its names hold no blanks.
  case ikc
  /// One `SETUP` line each way.
  case ikc0
}
