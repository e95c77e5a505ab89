import Testing

@testable import IKC

struct NegotiationLineTests {
  /// The line's case, with what it carries.
  static func describe(_ text: String) -> String {
    func string(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
    return Array(text.utf8).withUnsafeBytes { bytes in
      switch NegotiationLine(bytes) {
      case .setup(let fields): "setup:" + string(fields)
      case .iam(let name): "iam:" + string(name)
      case .freezer(let package): "freezer:" + string(package)
      case let other: "\(other)"
      }
    }
  }

  @Test(arguments: [
    ("HELLO", "hello"), ("HELLO IKC1", "helloVersion"), ("HELLO IKC9", "helloVersion"), ("SETUP K", "setup:K"),
    ("SETUP  ", "setup: "), ("IAM x", "iam:x"), ("IAM  \t x", "iam:x"), ("IAM 0", "iam:0"),
    ("IAM a:b.-_9", "iam:a:b.-_9"),
    ("FREEZER Storable", "freezer:Storable"),
    ("FREEZER\tPOE::Component::IKC::Freezer", "freezer:POE::Component::IKC::Freezer"),
    ("DONE", "done"), ("WORLD", "world"), ("UP", "up"), ("OK", "ok"), ("NOT", "not"),
    ("SETUP", "bareSetup"), ("SETUP ", "bareSetup"), ("SETUPKERNEL=a", "bareSetup"),
  ])
  func knownForms(text: String, form: String) {
    #expect(Self.describe(text) == form)
  }

  @Test(arguments: [
    "", " ", "hello", "HELLO ", " HELLO", "HELLO IKC", "HELLO IKC10", "HELLO IKCx", "HELLO IKC1 ", "IAM", "IAM ",
    "IAMx",
    "IAM a b", "IAM a ", "IAM a/b", "IAM a+b", "IAM \u{e9}", "iam x", "FREEZER", "FREEZER ", "FREEZER a b",
    "FREEZER a/b",
    "FREEZER a.b", "DONE ", "ok", "OKAY", "NO", "NOTT", "UPS", "\u{0}", "setup x", "S", "I", "F", "H",
  ])
  func unknownForms(_ text: String) {
    #expect(Self.describe(text) == "unknown")
  }
}
