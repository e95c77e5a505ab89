import IKC

/// One line of `ikc monitor`.
enum MonitorLine {
  case listening(Address)
  /// So many events before the next one were dropped.
  case dropped(Int)
  case change(Monitor.Change)

  /// The line; that of an event begins with the time.
  func text(json: Bool) throws -> String {
    let time = TapTime.now.description
    guard json else { return text(at: time) }
    var fields: [(Value.Hash.Key, Value)] = [("time", .string(time))]
    switch self {
    case .listening(let address):
      fields += [("event", "listening"), ("address", .string(address.description))]
    case .dropped(let count):
      fields += [("event", "dropped"), ("count", .int(Int64(count)))]
    case .change(let change):
      fields += Self.fields(of: change)
    }
    return String(decoding: try Value.hash(Value.Hash(fields)).json(), as: UTF8.self)
  }

  private func text(at time: String) -> String {
    switch self {
    case .listening(let address): "listening \(address)"
    case .dropped(let count): "\(time) dropped \(count) events that were not read in time"
    case .change(let change): "\(time) \(change)"
    }
  }

  private static func fields(of change: Monitor.Change) -> [(Value.Hash.Key, Value)] {
    var fields: [(Value.Hash.Key, Value)] = [
      ("event", .string(change.kind.name)), ("kernel", .string(change.kernel)), ("real", .bool(change.isReal)),
    ]
    if let channel = change.channel { fields += Self.fields(of: channel) }
    switch change.kind {
    case .register, .shutdown: break
    case .unregister(let reason): fields += Self.reason(reason)
    case .channelReady: fields.append(("operation", "ready"))
    case .channelClose(let reason): fields += [("operation", "close")] + Self.reason(reason)
    case .subscribe(let specifier), .unsubscribe(let specifier):
      fields.append(("specifier", .string(specifier.description)))
    case .error(let failure):
      fields += [
        ("operation", .string(failure.operation.rawValue)), ("code", .string(failure.error.code.description)),
        ("message", .string(failure.error.message)),
      ]
    }
    return fields
  }

  private static func fields(of channel: Channel) -> [(Value.Hash.Key, Value)] {
    var fields: [(Value.Hash.Key, Value)] = [
      ("id", .string(channel.name)), ("names", .array(channel.names.map { .string($0) })),
      ("protocol", .string(channel.negotiationProtocol == .ikc0 ? "ikc0" : "ikc")),
      ("serializer", .string(channel.serializer)),
    ]
    if let pid = channel.processID { fields.append(("pid", .string(pid))) }
    if let address = channel.peerAddress { fields.append(("address", .string(address.description))) }
    return fields
  }

  private static func reason(_ error: IKCError?) -> [(Value.Hash.Key, Value)] {
    error.map { [("code", .string($0.code.description)), ("message", .string($0.message))] } ?? []
  }
}
