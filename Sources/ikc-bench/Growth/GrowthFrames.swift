import Foundation

/// What a kernel is asked to do by its many peers.
enum GrowthWork: String, Codable, CaseIterable {
  /// A post arrives; its handler ignores the parameters.
  case received = "post received"
  /// A call arrives and is answered.
  case answered = "call answered"
  /// A post goes to a peer by the name of its kernel.
  case sent = "post sent"
}

/// What the peers say: names and lines of their own, and the frames of a recorded post and call.
final class GrowthFrames {
  let payload = String(repeating: "x", count: 64)
  private let identity: String
  private let freezer: String
  private let post: [UInt8]
  private var call: [UInt8]
  /// Where the call names the kernel that it comes from; the number at its end differs.
  private var patches: [Int] = []
  private static let digits = 8

  init(_ probe: WireProbe) {
    identity = probe.identity
    freezer = probe.freezer
    post = Frames.frame(body: probe.post)
    call = Frames.frame(body: probe.call)
    let id = Array(identity.utf8)
    for at in call.indices where call[at...].starts(with: id) { patches.append(at + id.count - Self.digits) }
  }

  /// The id of a peer's kernel.
  func name(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return identity.dropLast(Self.digits) + String(repeating: "0", count: Self.digits - digits.count) + digits
  }

  /// An address as a peer would have one.
  func address(_ number: Int) -> String {
    "10.\(number >> 14 & 255).\(number >> 6 & 255).\(number & 63):\(30_000 + number & 0x3fff)"
  }

  /// The line with which a peer begins.
  func setup(_ number: Int) -> [UInt8] {
    Array("SETUP KERNEL=\(name(number));FREEZER=\(freezer);PID=\(1 + number % 4_000_000)\r\n".utf8)
  }

  func withPost(_ body: (UnsafeRawBufferPointer) -> Void) { post.withUnsafeBytes(body) }

  func withCall(_ number: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    var rest = number
    var digits: [8 of UInt8] = .init(repeating: 0x30)
    for at in (0..<Self.digits).reversed() where rest > 0 {
      digits[at] = UInt8(rest & 15) + (rest & 15 < 10 ? 0x30 : 0x57)
      rest >>= 4
    }
    for patch in patches { for at in 0..<Self.digits { call[patch + at] = digits[at] } }
    call.withUnsafeBytes(body)
  }
}
