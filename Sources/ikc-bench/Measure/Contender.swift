/// Who is measured: what a row of the table is about.
struct Contender: Sendable, Hashable {
  enum Role: String, Sendable, Codable {
    /// Raw libuv: the same frames, nothing decoded.
    case floor
    case ikc
    /// The real POE::Component::IKC as the server.
    case perl
    /// A part of what is measured, where nothing is compared.
    case part
  }

  var role: Role
  var name: String

  static let floor = Contender(role: .floor, name: "libuv floor")
  static let ikc = Contender(role: .ikc, name: "ikc")
  static let perl = Contender(role: .perl, name: "perl")

  static func ikc(_ form: String) -> Contender {
    Contender(role: .ikc, name: "ikc \(form)")
  }
}
