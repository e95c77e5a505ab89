import CUV
import Foundation
import IKC

/// The floor's server, as the server process runs it.
enum FloorServer {
  /// Listens, says where, and serves until the process ends.
  ///
  /// - Parameters:
  ///   - reply: Octets of the body of each reply; 0 counts frames only.
  ///   - loops: Event loops, each on a thread and with a listener of its own.
  ///     A unix socket has one listener and is served by one loop.
  static func run(on address: Address, reply: Int, loops: Int) throws -> Never {
    let frame = reply > 0 ? Frames.frame(bodyLength: reply) : []
    let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: max(frame.count, 1))
    _ = bytes.initialize(from: frame.map { CChar(bitPattern: $0) })
    let first = try listen(on: address, UnsafeRawBufferPointer(bytes), frame.count)
    var bound = address
    if case .tcp(let host, 0) = address {
      bound = .tcp(host: host, port: Int(ikc_floor_server_port(first)))
    }
    if case .tcp = bound {
      for _ in 1..<max(loops, 1) {
        let next = try listen(on: bound, UnsafeRawBufferPointer(bytes), frame.count)
        let server = UncheckedServer(pointer: next)
        Thread.detachNewThread { ikc_floor_server_run(server.pointer) }
      }
    }
    announce(bound)
    ikc_floor_server_run(first)
    exit(0)
  }

  // @unchecked: handed over once, to the thread that runs the server.
  private struct UncheckedServer: @unchecked Sendable {
    var pointer: UnsafeMutablePointer<ikc_floor_server>
  }

  private static func listen(
    on address: Address, _ reply: UnsafeRawBufferPointer, _ length: Int
  ) throws -> UnsafeMutablePointer<ikc_floor_server> {
    let server = UnsafeMutablePointer<ikc_floor_server>.allocate(capacity: 1)
    var target = ikc_floor_address()
    let status: Int32
    let bytes = reply.baseAddress?.assumingMemoryBound(to: CChar.self)
    switch address {
    case .tcp(let host, let port):
      status = host.withCString {
        target.host = $0
        target.port = Int32(port)
        return ikc_floor_server_listen(server, &target, bytes, length)
      }
    case .unix(let path):
      status = path.withCString {
        target.path = $0
        return ikc_floor_server_listen(server, &target, bytes, length)
      }
    }
    guard status == 0 else {
      throw Failure("cannot listen on \(address): \(String(cString: uv_strerror(status)))")
    }
    return server
  }
}

/// The line by which a server process says where it listens.
func announce(_ address: some CustomStringConvertible) {
  FileHandle.standardOutput.write(Data("listening \(address)\n".utf8))
}
