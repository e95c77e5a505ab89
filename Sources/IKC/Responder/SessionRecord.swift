internal import Synchronization

/// What the responder keeps of a session, whether or not it publishes anything.
final class SessionRecord: Sendable {
  let name: String
  /// The encoded `from` of this session's messages, which peers post back to.
  let from: [UInt8]
  /// The session's own serial queue; nil where it shares the kernel's.
  let queue: SerialQueue?
  /// Whether anything is published: only then do messages carry `from`, as in IKC 0.2402.
  let hasPublished = Atomic(false)
  /// What its messages carry now.
  var fromWhenPublished: [UInt8]? { hasPublished.load(ordering: .relaxed) ? from : nil }

  let places = Mutex(PlaceTable())
  /// Runs asynchronous handlers on the own queue.
  let tasks: TaskRunner?

  init(name: String, kernelID: String, queue: SerialQueue?) throws(IKCError) {
    self.name = name
    self.queue = queue
    tasks = queue.map { TaskRunner(queue: $0) }
    var writer = ByteWriter()
    try writer.writeStorable(specifierHash: kernelID, session: name, state: "IKC:proxy")
    from = Array(writer.bytes)
  }
}
