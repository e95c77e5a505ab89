/// What runs when an event comes for a published state. It decodes what it needs and answers through the delivery.
///
/// Subclasses hold closures. A method of a class is called without counting a reference to it, other than a closure
/// that is loaded from memory.
// @unchecked: it has nothing, its subclasses have constants only.
class Handler: @unchecked Sendable {}

/// A handler that runs on the serial queue, to its end, before the next event.
class InlineHandler: Handler, @unchecked Sendable {  // as its superclass
  func run(_ delivery: Delivery) throws {}
}

/// A handler that runs as a task on the serial queue; other events go on while it waits.
final class TaskHandler: Handler, @unchecked Sendable {  // one constant, a Sendable closure
  let body: @Sendable (Delivery) async throws -> Void

  init(_ body: @escaping @Sendable (Delivery) async throws -> Void) { self.body = body }
}

/// An inline handler that deals with the delivery itself.
final class DeliveryHandler: InlineHandler, @unchecked Sendable {  // one constant, a Sendable closure
  private let body: @Sendable (Delivery) throws -> Void

  init(_ body: @escaping @Sendable (Delivery) throws -> Void) { self.body = body }

  override func run(_ delivery: Delivery) throws { try body(delivery) }
}
