/// What runs when an event comes for a published state. It decodes what it needs and answers through the delivery.
enum Handler: Sendable {
  /// Runs on the serial queue, to its end, before the next event.
  case inline(@Sendable (Delivery) throws -> Void)
  /// Runs as a task on the serial queue; other events go on while it waits.
  case task(@Sendable (Delivery) async throws -> Void)
}
