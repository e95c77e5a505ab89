import IKC
import Synchronization
import TestSupport

/// A Swift kernel that serves the states that the scripts' steps use.
final class InteropServer {
  private final class Count: Sendable {
    let posts = Atomic(0)
  }

  private struct HandlerFailure: Error, CustomStringConvertible {
    let description = "demo failure"
  }

  private let folder: ScratchFolder
  let kernel: Kernel
  let address: String

  init(_ peering: Peering) async throws {
    folder = try ScratchFolder()
    kernel = peering.kernel(name: "SwiftServer")
    try Self.publish(kernel.session("demo"), in: kernel)
    let listener = try await kernel.listen(on: Address(peering.place(in: folder)))
    address = listener.address.description
  }

  private static func publish(_ demo: Session, in kernel: Kernel) throws {
    let count = Count()
    demo.on("echo") { (value: Value) in value }
    demo.on("add") { (numbers: [Int]) in numbers.reduce(0, +) }
    demo.on("list") { (_: Event) in [1, 2, 3] }
    demo.on("undef") { (_: Event) in Value.undef }
    demo.on("fail") { (_: Event) throws -> Int in throw HandlerFailure() }
    demo.on("count") { (_: Event) -> Void in count.posts.add(1, ordering: .relaxed) }
    demo.on("counted") { (_: Event) in count.posts.load(ordering: .relaxed) }
    demo.on("notify") { (event: Event) throws -> Void in
      let request = try event.params
      let state = request[0]?.text ?? ""
      for number in 1...(request[1]?.int ?? 1) { try event.sender.post(state, number) }
    }
    demo.on("reply_to") { [weak kernel] (event: Event) throws -> Void in
      let request = try event.params
      let rsvp = request[1]
      let target = Specifier(
        kernel: rsvp?["kernel"]?.text ?? "", session: rsvp?["session"]?.text ?? "", state: rsvp?["state"]?.text ?? "")
      try kernel?.post(target, request[0] ?? .undef)
    }
    try demo.publish("echo", "add", "list", "undef", "fail", "count", "counted", "notify", "reply_to")
  }
}
