import CUV

/// Bytes of each libuv handle, and of each object that a connection owns.
struct SizesMode {
  func measure() throws -> [Comparison] {
    [handles()]
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
    var comparison = Comparison(mode: "sizes", title: "libuv", unit: .bytes)
    func add(_ name: String, _ bytes: Int) {
      comparison.rows.append(Comparison.Row(contender: Contender(role: .part, name: name), figure: Double(bytes)))
    }
    for (name, type) in Self.handleTypes { add(name, uv_handle_size(type)) }
    for (name, type) in Self.requestTypes { add(name, uv_req_size(type)) }
    add("uv_loop_t", uv_loop_size())
    add("floor connection", MemoryLayout<ikc_floor_connection>.size)
    return comparison
  }
}
