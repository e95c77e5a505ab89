/// Calls: how many are answered in a second, and how long each takes.
struct CallMode {
  enum Form: String, Sendable, CaseIterable {
    /// `queue`: tasks that run on their kernel's serial queue.
    case callback, async, queue, all
  }

  var settings: Settings
  var form = Form.all

  func measure() async throws -> Comparison {
    let connections = settings.connections ?? 1
    let depth = settings.depth ?? 128
    let payload = settings.payload()
    // A look at the clock costs as much as a good part of a call where many are under way.
    let sampleEvery = depth > 1 ? 7 : 1
    let wire = try await WireProbe.record(settings, payload: payload)
    let callback = CallbackCallDriver(depth: depth, payload: payload, sampleEvery: sampleEvery)
    var async = AsyncCallDriver(depth: depth, payload: payload, sampleEvery: sampleEvery)
    var drivers: [(Contender, any Driver)] = []
    if [.all, .callback].contains(form) { drivers.append((.ikc("callback"), callback)) }
    if [.all, .async].contains(form) { drivers.append((.ikc("async"), async)) }
    async.prefersQueue = true
    if [.all, .queue].contains(form) { drivers.append((.ikc("async queue"), async)) }
    return try await settings.runner.measure(
      mode: "call", title: settings.title("call", connections: connections, depth: depth), unit: .calls,
      trials: settings.trials(
        FloorTrial(
          .call(depth: depth), wire: wire.callSizes, connections: connections, sampleEvery: sampleEvery,
          settings: settings),
        drivers, perl: callback, connections: connections))
  }
}
