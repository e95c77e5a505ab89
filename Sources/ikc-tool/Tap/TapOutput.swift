import IKC

/// The lines that a tap prints.
struct TapOutput: Sendable {
  let isJSON: Bool

  func listening(on address: Address) -> [UInt8] {
    guard isJSON else { return Array("listening \(address)\n".utf8) }
    return line([("time", .string(TapTime.now.description)), ("listening", .string(address.description))])
  }

  func opened(_ connection: Int, _ time: TapTime) -> [UInt8] {
    isJSON ? json(time, connection, [("opened", .bool(true))]) : text(time, connection, "=", "opened")
  }

  func ended(_ side: ConversationReader.Side, _ connection: Int, _ time: TapTime) -> [UInt8] {
    isJSON
      ? json(time, connection, [("from", .string(side.rawValue)), ("ended", .bool(true))])
      : text(time, connection, Self.arrow(side), "ended")
  }

  func closed(_ connection: Int, _ reason: String?, missed: Int, _ time: TapTime) -> [UInt8] {
    guard isJSON else {
      let gap = missed > 0 ? "; \(missed) bytes were passed on but not shown" : ""
      return text(time, connection, "=", "closed" + (reason.map { ": \($0)" } ?? "") + gap)
    }
    var fields: [(String, Value)] = [("closed", .bool(true))]
    if let reason { fields.append(("reason", .string(reason))) }
    if missed > 0 { fields.append(("missed", .int(Int64(missed)))) }
    return json(time, connection, fields)
  }

  func item(
    _ item: ConversationReader.Item, _ side: ConversationReader.Side, _ connection: Int, _ time: TapTime
  ) -> [UInt8] {
    isJSON
      ? json(time, connection, [("from", .string(side.rawValue))] + fields(item))
      : text(time, connection, Self.arrow(side), words(item))
  }

  // MARK: Text

  private static func arrow(_ side: ConversationReader.Side) -> String { side == .client ? ">" : "<" }

  private func text(_ time: TapTime, _ connection: Int, _ direction: String, _ rest: String) -> [UInt8] {
    Array("\(time) \(connection) \(direction) \(rest)\n".utf8)
  }

  private func words(_ item: ConversationReader.Item) -> String {
    switch item {
    case .line(let line): Self.printable(line)
    case .agreed(let negotiation, let serializer):
      "-- frames follow: \(negotiation == .ikc ? "ikc" : "ikc0"), \(Self.printable(serializer))"
    case .message(let message): words(message)
    case .unreadable(let reason, let size): "a message of \(size) bytes that can't be read: \(Self.printable(reason))"
    case .lost(let reason): "not read any further: \(Self.printable(reason))"
    }
  }

  private func words(_ message: ObservedMessage) -> String {
    var words = [message.kind.rawValue, Self.printable(message.event ?? "nowhere"), Self.json(message.params)]
    if let rsvp = message.rsvp { words.append("rsvp \(Self.printable(rsvp))") }
    if let from = message.from { words.append("from \(Self.printable(from))") }
    return words.joined(separator: " ")
  }

  /// The text with what would move the cursor or hide something as escapes.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || 0x7f...0x9f ~= $0.value }) else { return text }
    return text.unicodeScalars.map { scalar in
      scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value
        ? "\\x\(String(scalar.value, radix: 16))" : String(Character(scalar))
    }.joined()
  }

  private static func json(_ value: Value) -> String {
    do throws(IKCError) {
      return String(decoding: try value.json(), as: UTF8.self)
    } catch {
      return "(\(error.message))"
    }
  }

  // MARK: JSON

  private func json(_ time: TapTime, _ connection: Int, _ fields: [(String, Value)]) -> [UInt8] {
    let common: [(String, Value)] = [("time", .string(time.description)), ("connection", .int(Int64(connection)))]
    return line(common + fields)
  }

  private func line(_ fields: [(String, Value)]) -> [UInt8] {
    let hash = Value.Hash(fields.map { (Value.Hash.Key($0.0), $0.1) })
    do throws(IKCError) {
      return try Value.hash(hash).json() + [UInt8(ascii: "\n")]
    } catch {
      // A value too deep or too large for JSON.
      return line(fields.filter { $0.0 != "message" } + [("unreadable", .string(error.message))])
    }
  }

  private func fields(_ item: ConversationReader.Item) -> [(String, Value)] {
    switch item {
    case .line(let line): [("line", .string(line))]
    case .agreed(let negotiation, let serializer):
      [("protocol", negotiation == .ikc ? "ikc" : "ikc0"), ("serializer", .string(serializer))]
    case .message(let message):
      [("kind", .string(message.kind.rawValue)), ("bytes", .int(Int64(message.size))), ("message", message.value)]
    case .unreadable(let reason, let size): [("bytes", .int(Int64(size))), ("unreadable", .string(reason))]
    case .lost(let reason): [("lost", .string(reason))]
    }
  }
}
