/// Handles an event that wants a result.
// @unchecked: one constant, a Sendable closure.
final class EventHandler<Output: Encodable & SendableMetatype>: InlineHandler, @unchecked Sendable {
  private let body: @Sendable (Event) throws -> Output

  init(_ body: @escaping @Sendable (Event) throws -> Output) { self.body = body }

  override func run(_ delivery: Delivery) throws { try delivery.answer(body(Event(delivery: delivery))) }
}

/// Handles an event that has no result.
// @unchecked: one constant, a Sendable closure.
final class EventObserver: InlineHandler, @unchecked Sendable {
  private let body: @Sendable (Event) throws -> Void

  init(_ body: @escaping @Sendable (Event) throws -> Void) { self.body = body }

  override func run(_ delivery: Delivery) throws {
    try body(Event(delivery: delivery))
    if delivery.isCall { try delivery.answerNothing() }
  }
}

/// Handles parameters, decoded, that want a result.
// @unchecked: one constant, a Sendable closure.
final class ParameterHandler<Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>:
  InlineHandler, @unchecked Sendable
{
  private let body: @Sendable (Input) throws -> Output

  init(_ body: @escaping @Sendable (Input) throws -> Output) { self.body = body }

  override func run(_ delivery: Delivery) throws { try delivery.answer(body(delivery.decode(Input.self))) }
}

/// Handles parameters, decoded, that have no result.
// @unchecked: one constant, a Sendable closure.
final class ParameterObserver<Input: Decodable & SendableMetatype>: InlineHandler, @unchecked Sendable {
  private let body: @Sendable (Input) throws -> Void

  init(_ body: @escaping @Sendable (Input) throws -> Void) { self.body = body }

  override func run(_ delivery: Delivery) throws {
    try body(delivery.decode(Input.self))
    if delivery.isCall { try delivery.answerNothing() }
  }
}

/// Handles a text that wants a text, the same as `ParameterHandler` without the detour of generic code.
// @unchecked: one constant, a Sendable closure.
final class TextHandler: InlineHandler, @unchecked Sendable {
  private let body: @Sendable (String) throws -> String

  init(_ body: @escaping @Sendable (String) throws -> String) { self.body = body }

  override func run(_ delivery: Delivery) throws { try delivery.answer(body(delivery.decode(String.self))) }
}

/// Handles a text that has no result, the same as `ParameterObserver` without the detour of generic code.
// @unchecked: one constant, a Sendable closure.
final class TextObserver: InlineHandler, @unchecked Sendable {
  private let body: @Sendable (String) throws -> Void

  init(_ body: @escaping @Sendable (String) throws -> Void) { self.body = body }

  override func run(_ delivery: Delivery) throws {
    try body(delivery.decode(String.self))
    if delivery.isCall { try delivery.answerNothing() }
  }
}
