import CUV
import Foundation
import IKC
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct AdoptedLoopTests {
  /// What the program saw; shared by its threads.
  private final class Notes: Sendable {
    let answer = Mutex<Int?>(nil)
    let ranOnTheLoopsThread = Mutex<Bool?>(nil)
    let isAlive = Mutex<CInt?>(nil)
    let closed = Mutex<CInt?>(nil)
  }

  /// A libuv program: its loop runs until nothing keeps it running, and the kernel is a guest in it.
  private static func runProgram(_ notes: Notes) throws {
    let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    uv_loop_init(loop)
    defer { loop.deallocate() }
    let thread = ObjectIdentifier(Thread.current)

    let guest = try Kernel(name: "Guest", adopting: loop)
    let session = guest.session("test")
    session.on("double") { (number: Int) in
      let isHere = ObjectIdentifier(Thread.current) == thread
      notes.ranOnTheLoopsThread.withLock { $0 = isHere }
      return number * 2
    }
    try session.publish("double")
    guest.listen(on: .tcp("127.0.0.1", port: 0)) { result in
      guard let listener = try? result.get() else { return }
      Task {
        let client = Kernel(name: "Client")
        _ = try await client.connect(to: listener.address)
        let answer = try await client.call("poe://Guest/test/double", 21, as: Int.self)
        notes.answer.withLock { $0 = answer }
        await client.shutdown()
        guest.shutdown {}
      }
    }
    uv_run(loop, UV_RUN_DEFAULT)
    notes.isAlive.withLock { $0 = uv_loop_alive(loop) }
    notes.closed.withLock { $0 = uv_loop_close(loop) }
  }

  @Test func aGuestServesOnTheApplicationsLoopAndLeavesNothingBehind() async throws {
    let notes = Notes()
    try await blocking { try Self.runProgram(notes) }
    #expect(notes.answer.withLock { $0 } == 42)
    #expect(notes.ranOnTheLoopsThread.withLock { $0 } == true)
    #expect(notes.isAlive.withLock { $0 } == 0)
    #expect(notes.closed.withLock { $0 } == 0)
  }
}
