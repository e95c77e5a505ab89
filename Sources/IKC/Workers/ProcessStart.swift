#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What a process is started with; for workers, and for the tool's commands.
package struct ProcessStart {
  /// The program's file.
  package var path: String
  /// The program's name, as it is told, and its arguments.
  package var arguments: [String]
  /// Its environment as `NAME=VALUE`; this process's own where nil.
  package var environment: [String]?
  /// The descriptors that it gets: as they are here, and as it has them. Besides, it gets the standard streams, and what is
  /// not closed on exec; on Darwin nothing more.
  package var descriptors: [(source: Int32, target: Int32)]

  package init(
    _ path: String, arguments: [String], environment: [String]? = nil, descriptors: [(source: Int32, target: Int32)]
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.descriptors = descriptors
  }

  /// Starts the process: no fork, since threads of this process may hold locks. It leads a process group of its own, so that
  /// a terminal's signals do not reach it, and signals that this process blocks, ignores or handles have their default
  /// meaning there.
  ///
  /// - Returns: its id.
  package func start() throws(IKCError) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      let more = Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      let more: Int16 = 0
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    #if canImport(Darwin)
      for stream in 0...2 as ClosedRange<Int32> where !descriptors.contains(where: { $0.target == stream }) {
        posix_spawn_file_actions_addinherit_np(&actions, stream)
      }
    #endif
    for (source, target) in descriptors { posix_spawn_file_actions_adddup2(&actions, source, target) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTERM] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | more)

    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let variables = environment.map { all in all.map { strdup($0) } + [nil] }
    defer { for text in words + (variables ?? []) { free(text) } }
    var id: pid_t = 0
    let status =
      if let variables {
        posix_spawn(&id, path, &actions, &attributes, words, variables)
      } else {
        posix_spawn(&id, path, &actions, &attributes, words, environ)
      }
    guard status == 0 else { throw .failure(of: "start '\(path)'", status) }
    return id
  }
}
