/// How many workers a `Supervisor` runs, and its limits.
public struct SupervisorConfiguration: Sendable {
  /// How many workers serve at a time, 1 to 1,024. Default 2. `processes` of IKC::Server, which counts the parent as well.
  public var workers = 2

  /// The program that workers run. Default, nil: this process's own executable.
  public var executable: String?

  /// What workers get behind the program's name. Default, nil: what this process got.
  public var arguments: [String]?

  /// How long a worker may take from its start to its first `Worker.run`; then it is killed. Default: 30 s.
  public var startTimeout: Duration = .seconds(30)

  /// How long after an answer a worker is asked again whether its loops and serial queue still turn. Default: 5 s.
  public var heartbeatInterval: Duration = .seconds(5)

  /// A worker that leaves a heart-beat unanswered for so long is killed and replaced. Default: 30 s.
  public var heartbeatTimeout: Duration = .seconds(30)

  /// How long workers may take to end in good order; then they are killed. They themselves abort their channels after nine
  /// tenths of it. Default: 10 s.
  public var drainDeadline: Duration = .seconds(10)

  /// How long to wait before a worker that failed is replaced; doubled with each further failure in a row, and varied by up to
  /// a half, so that workers do not fail in step. Default: 0.1 s.
  public var initialBackOff: Duration = .milliseconds(100)

  /// The longest wait. Default: 30 s.
  public var maximumBackOff: Duration = .seconds(30)

  /// A worker that has served for so long before it ended has not failed: it is replaced at once. Default: 10 s.
  public var stableTime: Duration = .seconds(10)

  /// Everything at its default.
  public init() {}

  /// The first setting that makes no sense, as an error that says what to do.
  func check() throws(IKCError) {
    guard (1...1_024).contains(workers) else {
      throw IKCError(.invalidArgument, "SupervisorConfiguration.workers is \(workers); it has to be from 1 to 1024")
    }
    let times = [startTimeout, heartbeatInterval, heartbeatTimeout, drainDeadline, initialBackOff, maximumBackOff]
    guard times.allSatisfy({ $0 > .zero && $0 <= .seconds(1_000_000) }), stableTime >= .zero else {
      throw IKCError(
        .invalidArgument, "the times of SupervisorConfiguration have to be longer than zero and at most 1000000 s")
    }
  }
}
