/// What `strace -f -y` wrote of a process, reduced to the system calls of its event loops: how often they wait, and what they read
/// and write over sockets meanwhile. From one wait to the next is one turn.
struct SyscallTrace: Sendable, Equatable {
  var waits = 0
  var reads = 0
  var writes = 0
  /// The most that one connection had in one turn. A read that fills its buffer is followed up at once: it is not counted.
  var mostReads = 0
  var mostWrites = 0

  private struct Thread {
    /// The call that another thread's line came in between of.
    var unfinished: Substring?
    /// By descriptor, in this turn.
    var reads: [Substring: Int] = [:]
    var writes: [Substring: Int] = [:]
  }

  /// What strace has to trace, as its option says it.
  static let calls = "trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,epoll_wait,epoll_pwait"

  private static let readers: Set<Substring> = ["read", "readv", "recvfrom", "recvmsg"]
  private static let waiters: Set<Substring> = ["epoll_wait", "epoll_pwait"]

  /// - Parameter text: lines like `4242 read(9<socket:[1234]>, ""..., 262144) = 145`, each with the thread's id.
  init(_ text: String) {
    var threads: [Substring: Thread] = [:]
    for line in text.split(separator: "\n") {
      guard let blank = line.firstIndex(of: " ") else { continue }
      let id = line[..<blank]
      var call = line[blank...].drop { $0 == " " }
      var thread = threads[id] ?? Thread()
      if call.hasSuffix("<unfinished ...>") {
        thread.unfinished = call
      } else {
        if call.hasPrefix("<... "), let begun = thread.unfinished, let end = call.firstIndex(of: ">") {
          call = begun.dropLast("<unfinished ...>".count) + call[call.index(after: end)...]
          thread.unfinished = nil
        }
        count(call, in: &thread)
      }
      threads[id] = thread
    }
  }

  private mutating func count(_ call: Substring, in thread: inout Thread) {
    guard let open = call.firstIndex(of: "("), let equals = call.lastIndex(of: "=") else { return }
    let name = call[..<open]
    if Self.waiters.contains(name) {
      waits += 1
      thread.reads = [:]
      thread.writes = [:]
      return
    }
    let arguments = call[call.index(after: open)..<equals]
    // Only connections: neither the descriptor that wakes a loop nor files.
    guard let comma = arguments.firstIndex(of: ","), arguments[..<comma].contains("<socket:"),
      let result = Int(call[call.index(after: equals)...].drop { $0 == " " }.prefix { $0.isNumber || $0 == "-" }),
      result > 0
    else { return }
    let descriptor = arguments[..<comma]
    if Self.readers.contains(name) {
      reads += 1
      let room = arguments.split(separator: ",").last?.drop { $0 == " " }.prefix { $0.isNumber }
      if let room, Int(room) == result { return }
      thread.reads[descriptor, default: 0] += 1
      mostReads = max(mostReads, thread.reads[descriptor] ?? 0)
    } else {
      writes += 1
      thread.writes[descriptor, default: 0] += 1
      mostWrites = max(mostWrites, thread.writes[descriptor] ?? 0)
    }
  }
}
