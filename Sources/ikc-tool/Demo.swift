import IKC
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The session that `serve --demo` publishes: something of everything to try a peer against.
enum Demo {
  /// What `fail` throws.
  struct DemoFailure: Error, CustomStringConvertible {
    let description = "demo failure"
  }

  /// Parameters that a handler cannot take.
  struct Unsuitable: Error, CustomStringConvertible {
    let description: String
  }

  static func publish(in kernel: Kernel) throws {
    let demo = kernel.session("demo")
    answering(demo)
    counting(demo)
    posting(demo, of: kernel)
    try demo.publish(
      "echo", "add", "sleep", "fail", "undef", "list", "count", "counted", "notify", "reply_to", "whoami", "pid",
      "big")
  }

  /// What returns something.
  private static func answering(_ demo: Session) {
    demo.on("echo") { (value: Value) in value }
    demo.on("add") { (numbers: [Number]) in numbers.reduce(Number(), +) }
    demo.on("sleep") { (event: Event) async throws -> Int in
      let milliseconds = try event.decode(Int.self)
      guard 0...86_400_000 ~= milliseconds else { throw Unsuitable(description: "sleep takes 0 to 86400000 ms") }
      try await Task.sleep(for: .milliseconds(milliseconds))
      return milliseconds
    }
    demo.on("fail") { (_: Event) throws -> Value in throw DemoFailure() }
    demo.on("undef") { (_: Event) in Value.undef }
    demo.on("list") { (_: Event) in [1, 2, 3] }
    demo.on("whoami") { (event: Event) in event.caller }
    demo.on("pid") { (_: Event) in Int(getpid()) }
    demo.on("big") { (size: Int) throws -> Value in
      guard 0...100_000_000 ~= size else { throw Unsuitable(description: "big takes 0 to 100000000 bytes") }
      return .bytes(ByteString([UInt8](repeating: UInt8(ascii: "x"), count: size)))
    }
  }

  /// What keeps a count.
  private static func counting(_ demo: Session) {
    let count = Counter()
    demo.on("count") { (_: Event) in count.add() }
    demo.on("counted") { (_: Event) in count.value }
  }

  /// What posts back.
  private static func posting(_ demo: Session, of kernel: Kernel) {
    demo.on("notify") { (event: Event) throws -> Void in
      let request = try event.params
      guard let state = request[0]?.text, let times = request[1]?.int, 0...10_000 ~= times else {
        throw Unsuitable(description: "notify takes [event, n], n from 0 to 10000")
      }
      for number in stride(from: 1, through: times, by: 1) { try event.sender.post(state, number) }
    }
    demo.on("reply_to") { (event: Event) throws -> Void in
      let request = try event.params
      guard let params = request[0], let rsvp = request[1], let session = rsvp["session"]?.text,
        let state = rsvp["state"]?.text
      else {
        throw Unsuitable(description: "reply_to takes [params, rsvp]")
      }
      let kernelName = rsvp["kernel"]?.text ?? event.channel.name
      try demo.post(Specifier(kernel: kernelName, session: session, state: state), params)
    }
  }
}

/// A count that handlers share.
private final class Counter: Sendable {
  private let number = Atomic(0)

  var value: Int { number.load(ordering: .relaxed) }

  func add() { number.add(1, ordering: .relaxed) }
}
