import CUV
import Foundation
import Synchronization

/// A libuv loop on a thread of its own, for client kernels to be guests in: many
/// connections to one server need a kernel each, but not a thread each.
final class ClientLoop: Sendable {
  typealias Job = @Sendable (UnsafeMutablePointer<uv_loop_t>) -> Void

  // @unchecked: used on the loop's thread alone, apart from `uv_async_send`.
  private struct Handles: @unchecked Sendable {
    let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    let wake = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
  }

  private let handles = Handles()
  private let jobs = Mutex<[Job]>([])
  private let ended = Mutex<CheckedContinuation<Void, Never>?>(nil)

  init() throws {
    guard uv_loop_init(handles.loop) == 0 else { throw Failure("cannot make an event loop") }
    handles.wake.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    let status = uv_async_init(handles.loop, handles.wake) { wake in
      guard let data = wake?.pointee.data else { return }
      Unmanaged<ClientLoop>.fromOpaque(data).takeUnretainedValue().runJobs()
    }
    guard status == 0 else { throw Failure("cannot make an event loop: \(String(cString: uv_strerror(status)))") }
    Thread.detachNewThread { [self] in
      uv_run(handles.loop, UV_RUN_DEFAULT)
      uv_loop_close(handles.loop)
      handles.wake.deallocate()
      handles.loop.deallocate()
      ended.withLock { $0 }?.resume()
    }
  }

  /// Runs a job on the loop's thread.
  func submit(_ job: @escaping Job) {
    jobs.withLock { $0.append(job) }
    uv_async_send(handles.wake)
  }

  /// Runs a job on the loop's thread and waits for what it gives.
  func run<Output: Sendable>(
    _ body: @escaping @Sendable (UnsafeMutablePointer<uv_loop_t>) throws -> Output
  ) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
      submit { loop in continuation.resume(with: Result { try body(loop) }) }
    }
  }

  private func runJobs() {
    let taken = jobs.withLock { jobs in
      defer { jobs = [] }
      return jobs
    }
    for job in taken { job(handles.loop) }
  }

  /// Ends the loop's thread; its guests have shut down before.
  func stop() async {
    await withCheckedContinuation { continuation in
      ended.withLock { $0 = continuation }
      submit { [self] _ in
        uv_close(UnsafeMutableRawPointer(handles.wake).assumingMemoryBound(to: uv_handle_t.self), nil)
      }
    }
  }
}
