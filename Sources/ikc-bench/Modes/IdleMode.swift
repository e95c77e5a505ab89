/// Connections that are open, negotiated and silent: what they cost the server
/// in memory, and what they cost the busy ones beside them.
struct IdleMode {
  var settings: Settings
  /// How many of a hundred connections call at the same time.
  var busyPercent: Double

  static let defaultConnections = 15_000
  /// Perl's select loop looks at every descriptor in each turn.
  static let perlConnections = 1_000

  func measure() async throws -> [Comparison] {
    let wanted = settings.connections ?? Self.defaultConnections
    let connections = min(wanted, FileLimit.raise())
    guard settings.connect == nil else {
      throw Failure("idle reads the memory of its own server process; it can't take --connect")
    }
    let busy = busyPercent > 0 ? max(1, Int((Double(connections) * busyPercent / 100).rounded())) : 0
    let wire = try await WireProbe.record(settings, payload: settings.payload())
    var memory = Comparison(
      mode: "idle", title: settings.title("idle", connections: connections), unit: .bytesPerConnection)
    memory.note = "Resident memory of the server process, per connection."
    if connections < wanted { memory.note? += " This process may not open \(grouped(wanted)) files." }
    var alone = busyComparison("\(grouped(busy)) busy connections alone", busy)
    var beside = busyComparison("\(grouped(busy)) busy beside \(grouped(connections - busy)) idle connections", busy)
    for (contender, kind) in contenders {
      let count = contender.role == .perl ? min(connections, Self.perlConnections) : connections
      let trial = IdleTrial(contender, server: kind, wire: wire, connections: count, busy: min(busy, count), settings)
      let result = try await trial.run()
      memory.rows.append(Comparison.Row(contender: contender, figure: result.bytesPerConnection))
      guard busy > 0 else { continue }
      alone.rows.append(Runner.row(contender, result.alone, scale: 1))
      beside.rows.append(Runner.row(contender, result.beside, scale: 1))
    }
    if settings.perl { memory.note? += " Perl: \(grouped(min(connections, Self.perlConnections))) connections." }
    guard busy > 0 else { return [memory] }
    beside.note = kept(alone, beside)
    return [memory, alone, beside]
  }

  private func busyComparison(_ title: String, _ busy: Int) -> Comparison {
    Comparison(mode: "idle", title: title, unit: .calls)
  }

  private var contenders: [(Contender, IdleTrial.Kind)] {
    let own: [(Contender, IdleTrial.Kind)] = [(.floor, .floor), (.ikc, .kernel(.kernel))]
    return settings.perl ? own + [(.perl, .kernel(.perl))] : own
  }

  /// How much of their throughput the busy ones keep.
  private func kept(_ alone: Comparison, _ beside: Comparison) -> String {
    let parts = zip(alone.rows, beside.rows).compactMap { alone, beside -> String? in
      guard alone.figure > 0 else { return nil }
      return "\(beside.contender.name) \(ratioText(beside.figure / alone.figure))×"
    }
    return "In relation to the busy ones alone: " + parts.joined(separator: ", ") + "."
  }
}
