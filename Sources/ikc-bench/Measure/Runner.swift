internal import Histogram

/// Runs the trials of a comparison side by side: a round of each in turn, so
/// that what else the machine does meets all of them alike.
struct Runner {
  var rounds: Int
  var limit: Limit
  var progress: ProgressLine

  /// - Parameter scale: What one operation counts in the comparison's unit.
  func measure(
    mode: String, title: String, unit: FigureUnit, scale: Double = 1, trials: [any Trial]
  ) async throws -> Comparison {
    var comparison = Comparison(mode: mode, title: title, unit: unit)
    var prepared: [any Trial] = []
    do {
      for trial in trials {
        progress.show(title, "\(trial.contender.name), starting")
        prepared.append(trial)
        try await trial.prepare()
        _ = try await trial.round(limit.warmUp)
      }
      let samples = try await samples(of: trials, title)
      comparison.rows = zip(trials, samples).map { Self.row($0.contender, $1, scale: scale) }
    } catch {
      for trial in prepared { await trial.finish() }
      throw error
    }
    for trial in prepared { await trial.finish() }
    progress.clear()
    return comparison
  }

  private func samples(of trials: [any Trial], _ title: String) async throws -> [[Sample]] {
    var samples = [[Sample]](repeating: [], count: trials.count)
    for round in 1...rounds {
      for (index, trial) in trials.enumerated() {
        progress.show(title, "\(trial.contender.name), round \(round) of \(rounds)")
        samples[index].append(try await trial.round(limit))
      }
    }
    return samples
  }

  static func row(_ contender: Contender, _ samples: [Sample], scale: Double) -> Comparison.Row {
    let rates = samples.map { $0.rate * scale }
    var row = Comparison.Row(contender: contender, figure: rates.median, rounds: rates)
    var latencies: Histogram<UInt64>?
    let width = Double(Recorder.sliceWidth) / 1e9
    for recorder in samples.compactMap(\.recorder) {
      if latencies == nil { latencies = recorder.latencies } else { latencies?.add(recorder.latencies) }
      // The last slice of a round is a part of one only.
      row.throughput += recorder.slices.dropLast().map { Double($0) / width * scale }
    }
    row.latency = latencies.flatMap(Latency.init)
    return row
  }
}
