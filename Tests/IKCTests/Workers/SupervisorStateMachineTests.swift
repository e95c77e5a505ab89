import Testing

@testable import IKC

/// The state machine, with a configuration of whole seconds and no variation.
private struct Trial {
  var machine: SupervisorStateMachine

  init(workers: Int) {
    var configuration = SupervisorConfiguration()
    configuration.workers = workers
    configuration.startTimeout = .seconds(30)
    configuration.heartbeatInterval = .seconds(5)
    configuration.heartbeatTimeout = .seconds(20)
    configuration.drainDeadline = .seconds(10)
    configuration.initialBackOff = .seconds(1)
    configuration.maximumBackOff = .seconds(8)
    configuration.stableTime = .seconds(60)
    machine = SupervisorStateMachine(configuration)
  }

  /// What follows from the events, and from the time.
  mutating func at(_ seconds: Double, _ events: SupervisorStateMachine.Event...) -> [SupervisorStateMachine.Action] {
    events.flatMap { machine.handle($0, at: .seconds(seconds), jitter: 1) } + machine.tick(at: .seconds(seconds))
  }
}

struct SupervisorStateMachineTests {
  @Test func `all places are filled at the beginning`() {
    var trial = Trial(workers: 3)
    #expect(trial.machine.nextTick == .zero)
    #expect(trial.at(0) == [.start(1, place: 1), .start(2, place: 2), .start(3, place: 3)])
    #expect(trial.machine.nextTick == .seconds(30))
  }

  @Test func `a worker that is not ready in time is killed, once`() {
    var trial = Trial(workers: 1)
    #expect(trial.at(0) == [.start(1, place: 1)])
    #expect(trial.at(29.9) == [])
    #expect(trial.at(30) == [.kill(1, .notReadyInTime)])
    #expect(trial.at(31) == [])
    #expect(trial.machine.nextTick == nil)
    #expect(trial.at(32, .ended(1)) == [.backOff(place: 1, failures: 1, delay: .seconds(1))])
    #expect(trial.at(33) == [.start(2, place: 1)])
  }

  @Test func `waits double with each failure up to the longest`() {
    var trial = Trial(workers: 1)
    var now = 0.0
    for (index, wait) in [1.0, 2, 4, 8, 8].enumerated() {
      #expect(trial.at(now) == [.start(index + 1, place: 1)])
      #expect(trial.at(now, .ended(index + 1)) == [.backOff(place: 1, failures: index + 1, delay: .seconds(wait))])
      #expect(trial.machine.nextTick == .seconds(now + wait))
      now += wait
    }
  }

  @Test func `jitter shortens a wait by up to a half`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    let actions = trial.machine.handle(.ended(1), at: .zero, jitter: 0)
    #expect(actions == [.backOff(place: 1, failures: 1, delay: .milliseconds(500))])
  }

  @Test func `a worker that has served long enough is replaced at once and begins anew`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    _ = trial.at(0, .ended(1))
    #expect(trial.at(1) == [.start(2, place: 1)])
    _ = trial.at(1, .ready(2))
    #expect(trial.at(61, .ended(2)) == [.start(3, place: 1)])
    #expect(trial.at(61, .ended(3)) == [.backOff(place: 1, failures: 1, delay: .seconds(1))])
  }

  @Test func `heart-beats are asked for, one at a time, and killed for`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    #expect(trial.at(1, .ready(1)) == [])
    #expect(trial.at(6) == [.ask(1)])
    #expect(trial.at(12) == [])
    #expect(trial.at(12, .answered(1)) == [])
    #expect(trial.at(17) == [.ask(1)])
    #expect(trial.machine.nextTick == .seconds(37))
    #expect(trial.at(37) == [.kill(1, .heartbeatUnanswered)])
  }

  @Test func `an answer that waited while the supervisor was stopped counts`() {
    var trial = Trial(workers: 2)
    _ = trial.at(0)
    _ = trial.at(1, .ready(1), .ready(2))
    #expect(trial.at(6) == [.ask(1), .ask(2)])
    #expect(trial.at(1_000, .answered(1), .answered(2)) == [])
  }

  @Test func `a worker that leaves is replaced before it ends`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    _ = trial.at(1, .ready(1))
    #expect(trial.at(2, .leaving(1)) == [.start(2, place: 1)])
    #expect(trial.at(3, .ended(1)) == [])
    #expect(trial.machine.living == [2])
  }

  @Test func `those that leave are not more than those that serve`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    _ = trial.at(1, .ready(1))
    #expect(trial.at(2, .leaving(1)) == [.start(2, place: 1)])
    _ = trial.at(2, .ready(2))
    #expect(trial.at(3, .leaving(2)) == [])
    #expect(trial.at(4, .ended(1)) == [.start(3, place: 1)])
  }

  @Test func `one that leaves and hangs is killed and not replaced twice`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    _ = trial.at(1, .ready(1))
    #expect(trial.at(2, .leaving(1)) == [.start(2, place: 1)])
    _ = trial.at(2, .ready(2))
    #expect(trial.at(7) == [.ask(1), .ask(2)])
    _ = trial.at(8, .answered(2))
    #expect(trial.at(27).first == .kill(1, .heartbeatUnanswered))
    #expect(trial.at(27, .ended(1)) == [])
  }

  @Test func `stop drains, the deadline kills, and the end is told once`() {
    var trial = Trial(workers: 2)
    _ = trial.at(0)
    _ = trial.at(1, .ready(1))
    #expect(trial.at(2, .stop) == [.drain(1), .drain(2)])
    #expect(trial.at(3, .ended(1)) == [])
    #expect(trial.at(11.9) == [])
    #expect(trial.at(12) == [.kill(2, .notDrainedInTime)])
    #expect(trial.at(13, .ended(2)) == [.finish])
    #expect(trial.at(14) == [])
  }

  @Test func `a second stop kills at once`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    #expect(trial.at(1, .stop) == [.drain(1)])
    #expect(trial.at(1, .stop) == [.kill(1, .stoppedAtOnce)])
    #expect(trial.at(1, .stop) == [])
    #expect(trial.at(1, .ended(1)) == [.finish])
  }

  @Test func `stop while a worker waits to be started ends at once`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    _ = trial.at(0, .ended(1))
    #expect(trial.at(0, .stop) == [.finish])
  }

  @Test func `what an unknown worker says changes nothing`() {
    var trial = Trial(workers: 1)
    _ = trial.at(0)
    #expect(trial.at(1, .ready(9), .answered(9), .leaving(9), .ended(9)) == [])
    #expect(trial.machine.living == [1])
  }

  @Test(arguments: 0..<200)
  func `whatever happens, places are filled, processes are few, and all ends`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let places = Int.random(in: 1...5, using: &random)
    var trial = Trial(workers: places)
    var living: Set<Int> = []
    var killed: Set<Int> = []
    var isFinished = false

    func follow(_ actions: [SupervisorStateMachine.Action]) {
      for action in actions {
        switch action {
        case .start(let id, let place):
          #expect(living.insert(id).inserted && (1...places).contains(place))
        case .ask(let id), .drain(let id): #expect(living.contains(id) && !killed.contains(id))
        case .kill(let id, _): #expect(living.contains(id) && killed.insert(id).inserted)
        case .backOff(_, _, let delay): #expect(delay >= .milliseconds(500) && delay <= .seconds(8))
        case .finish:
          #expect(living.isEmpty && !isFinished)
          isFinished = true
        }
      }
    }

    var now = 0.0
    follow(trial.at(now))
    for _ in 0..<400 {
      now += Double.random(in: 0...10, using: &random)
      guard let id = living.sorted().randomElement(using: &random) else {
        follow(trial.at(now))
        continue
      }
      switch Int.random(in: 0..<5, using: &random) {
      case 0: follow(trial.at(now, .ready(id)))
      case 1: follow(trial.at(now, .answered(id)))
      case 2: follow(trial.at(now, .leaving(id)))
      case 3:
        living.remove(id)
        follow(trial.at(now, .ended(id)))
      default: follow(trial.at(now))
      }
      #expect(living.count <= 2 * places)
      #expect(trial.machine.living == living.sorted())
    }
    // Killed ones end, and waits end: then nobody is missing.
    for id in killed.intersection(living).sorted() {
      living.remove(id)
      follow(trial.at(now, .ended(id)))
    }
    now += 8
    follow(trial.at(now))
    #expect(living.count >= places)

    follow(trial.at(now, .stop))
    follow(trial.at(now + 10))
    for id in living.sorted() {
      living.remove(id)
      follow(trial.at(now + 10, .ended(id)))
    }
    #expect(isFinished && trial.machine.nextTick == nil)
  }
}
