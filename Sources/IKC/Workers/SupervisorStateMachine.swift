/// Decides when workers are started, asked, drained and killed.
///
/// Time is what has passed since any moment. Everything that has happened is handled first, then `tick` acts on what time it is:
/// answers that wait while the supervisor itself was stopped still count.
struct SupervisorStateMachine {
  /// Tells one worker process from all others, earlier ones too.
  typealias ID = Int

  enum Event: Equatable {
    /// It accepts connections.
    case ready(ID)
    /// It has answered the heart-beat.
    case answered(ID)
    /// It accepts no more and will end by itself.
    case leaving(ID)
    /// The process has ended, or could not be started.
    case ended(ID)
    /// All are to end in good order; the second time, at once.
    case stop
    /// All are to end at once.
    case kill
  }

  enum Action: Equatable {
    /// `place` is from 1 to the number of workers.
    case start(ID, place: Int)
    case ask(ID)
    case drain(ID)
    case kill(ID, KillReason)
    /// The worker of that place has failed so many times in a row; the next starts after `delay`.
    case backOff(place: Int, failures: Int, delay: Duration)
    /// All have ended that were to end.
    case finish
  }

  enum KillReason: String {
    case notReadyInTime, heartbeatUnanswered, notDrainedInTime, stoppedAtOnce
  }

  private enum Phase {
    case starting(until: Duration)
    /// Accepting, and after that until its channels have ended.
    case serving(since: Duration, isLeaving: Bool)
    case draining(until: Duration)
    case killed(since: Duration?)
  }

  private struct Worker {
    let place: Int
    var phase: Phase
    /// When the heart-beat is due that has not been answered yet.
    var answerDue: Duration?
    var nextAsk = Duration.zero

    var isLeaving: Bool {
      if case .serving(_, true) = phase { true } else { false }
    }
  }

  private struct Place {
    var failures = 0
    /// When to start its next worker; nil while it has one.
    var start: Duration? = .zero
  }

  private let configuration: SupervisorConfiguration
  private var workers: [ID: Worker] = [:]
  private var places: [Place]
  private var lastID = 0
  private var isStopping = false
  private var isFinished = false

  init(_ configuration: SupervisorConfiguration) {
    self.configuration = configuration
    places = Array(repeating: Place(), count: configuration.workers)
  }

  /// The workers that have not ended.
  var living: [ID] { workers.keys.sorted() }

  /// Takes in what has happened.
  ///
  /// - Parameter jitter: from 0 to 1, by chance: how much of the possible variation the next wait gets.
  mutating func handle(_ event: Event, at now: Duration, jitter: Double) -> [Action] {
    switch event {
    case .ready(let id):
      guard case .starting = workers[id]?.phase else { return [] }
      workers[id]?.phase = .serving(since: now, isLeaving: false)
      workers[id]?.nextAsk = now + configuration.heartbeatInterval
      return []
    case .answered(let id):
      workers[id]?.answerDue = nil
      workers[id]?.nextAsk = now + configuration.heartbeatInterval
      return []
    case .leaving(let id):
      leave(id, at: now)
      return []
    case .ended(let id):
      return end(id, at: now, jitter: jitter)
    case .stop:
      return isStopping ? killAll() : drainAll(at: now)
    case .kill:
      isStopping = true
      return killAll()
    }
  }

  /// Acts on what time it is. To be called after `handle`, and at `nextTick`.
  mutating func tick(at now: Duration) -> [Action] {
    var actions: [Action] = []
    for id in living { act(on: id, at: now, &actions) }
    if isStopping {
      if workers.isEmpty, !isFinished {
        isFinished = true
        actions.append(.finish)
      }
      return actions
    }
    for index in places.indices {
      guard let start = places[index].start, start <= now, mayStart else { continue }
      lastID += 1
      places[index].start = nil
      workers[lastID] = Worker(place: index + 1, phase: .starting(until: now + configuration.startTimeout))
      actions.append(.start(lastID, place: index + 1))
    }
    return actions
  }

  /// When `tick` has something to do next if nothing happens; nil: never.
  var nextTick: Duration? {
    let ofWorkers = workers.values.compactMap { worker in
      switch worker.phase {
      case .starting(let until), .draining(let until): until
      case .serving: worker.answerDue ?? worker.nextAsk
      case .killed: nil
      }
    }
    let ofPlaces = isStopping || !mayStart ? [] : places.compactMap(\.start)
    return (ofWorkers + ofPlaces).min()
  }

  /// Those that leave take up processes as well: at most as many as there are places.
  private var mayStart: Bool { workers.count < 2 * configuration.workers }

  private mutating func act(on id: ID, at now: Duration, _ actions: inout [Action]) {
    guard let worker = workers[id] else { return }
    switch worker.phase {
    case .starting(let until) where until <= now: kill(id, .notReadyInTime, &actions)
    case .draining(let until) where until <= now: kill(id, .notDrainedInTime, &actions)
    case .serving:
      if let due = worker.answerDue {
        if due <= now { kill(id, .heartbeatUnanswered, &actions) }
      } else if worker.nextAsk <= now {
        workers[id]?.answerDue = now + configuration.heartbeatTimeout
        actions.append(.ask(id))
      }
    case .starting, .draining, .killed: break
    }
  }

  private mutating func leave(_ id: ID, at now: Duration) {
    guard let worker = workers[id] else { return }
    let start: Duration
    switch worker.phase {
    case .serving(let since, false): start = since
    case .starting: start = now
    case .serving, .draining, .killed: return
    }
    workers[id]?.phase = .serving(since: start, isLeaving: true)
    if worker.nextAsk == .zero { workers[id]?.nextAsk = now + configuration.heartbeatInterval }
    guard !isStopping else { return }
    places[worker.place - 1] = Place(failures: 0, start: now)
  }

  private mutating func end(_ id: ID, at now: Duration, jitter: Double) -> [Action] {
    guard let worker = workers.removeValue(forKey: id), !isStopping else { return [] }
    let since: Duration?
    switch worker.phase {
    case .serving(_, true): return []
    case .serving(let start, false): since = start
    case .killed(let start): since = start
    case .starting, .draining: since = nil
    }
    // One that was killed while it left has been replaced.
    let index = worker.place - 1
    guard places[index].start == nil, !workers.values.contains(where: { $0.place == worker.place && !$0.isLeaving })
    else { return [] }
    if let since, now - since >= configuration.stableTime {
      places[index] = Place(failures: 0, start: now)
      return []
    }
    let failures = places[index].failures + 1
    let delay = backOff(failures, jitter)
    places[index] = Place(failures: failures, start: now + delay)
    return [.backOff(place: worker.place, failures: failures, delay: delay)]
  }

  /// From a half of the wait to all of it.
  private func backOff(_ failures: Int, _ jitter: Double) -> Duration {
    var wait = configuration.initialBackOff
    var left = failures - 1
    while left > 0, wait < configuration.maximumBackOff {
      wait *= 2
      left -= 1
    }
    return min(wait, configuration.maximumBackOff) * (0.5 + 0.5 * min(max(jitter, 0), 1))
  }

  private mutating func drainAll(at now: Duration) -> [Action] {
    isStopping = true
    return living.compactMap { id in
      if case .killed = workers[id]?.phase { return nil }
      workers[id]?.phase = .draining(until: now + configuration.drainDeadline)
      return .drain(id)
    }
  }

  private mutating func killAll() -> [Action] {
    var actions: [Action] = []
    for id in living { kill(id, .stoppedAtOnce, &actions) }
    return actions
  }

  private mutating func kill(_ id: ID, _ reason: KillReason, _ actions: inout [Action]) {
    switch workers[id]?.phase {
    case nil, .killed: return
    case .serving(let since, _): workers[id]?.phase = .killed(since: since)
    case .starting, .draining: workers[id]?.phase = .killed(since: nil)
    }
    actions.append(.kill(id, reason))
  }
}
