import CUV
import IKC

/// Bytes of each libuv handle, and of each object that a connection owns.
struct SizesMode {
  var settings: Settings

  func measure() async throws -> [Comparison] {
    [handles(), try await objects()]
  }

  private static let handleTypes: [(String, uv_handle_type)] = [
    ("uv_tcp_t", UV_TCP), ("uv_pipe_t", UV_NAMED_PIPE), ("uv_timer_t", UV_TIMER), ("uv_async_t", UV_ASYNC),
    ("uv_poll_t", UV_POLL), ("uv_check_t", UV_CHECK), ("uv_prepare_t", UV_PREPARE), ("uv_idle_t", UV_IDLE),
  ]

  private static let requestTypes: [(String, uv_req_type)] = [
    ("uv_connect_t", UV_CONNECT), ("uv_write_t", UV_WRITE), ("uv_shutdown_t", UV_SHUTDOWN),
    ("uv_getaddrinfo_t", UV_GETADDRINFO),
  ]

  private func handles() -> Comparison {
    let sizes =
      Self.handleTypes.map { ($0.0, uv_handle_size($0.1)) } + Self.requestTypes.map { ($0.0, uv_req_size($0.1)) }
      + [("uv_loop_t", uv_loop_size()), ("floor connection", MemoryLayout<ikc_floor_connection>.size)]
    return comparison("libuv", sizes)
  }

  /// What a connection between kernels really owns, once it is negotiated.
  private func objects() async throws -> Comparison {
    var settings = settings
    settings.connect = nil
    let server = try Server.start(.kernel, settings)
    defer { server.stop() }
    let client = try await Client.connect(to: server.address, settings)
    let sizes = await withCheckedContinuation { continuation in
      client.channel.measureSizes { continuation.resume(returning: $0) }
    }
    await client.kernel.shutdown()
    var comparison = comparison("one idle connection", sizes + [("together", sizes.map(\.bytes).reduce(0, +))])
    comparison.note = "As the allocator handed them out; idle reads what the process really has resident."
    return comparison
  }

  private func comparison(_ title: String, _ sizes: [(name: String, bytes: Int)]) -> Comparison {
    let rows = sizes.map {
      Comparison.Row(contender: Contender(role: .part, name: $0.name), figure: Double($0.bytes))
    }
    return Comparison(mode: "sizes", title: title, unit: .bytes, rows: rows)
  }
}
