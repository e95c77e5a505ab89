import CUV
import Foundation
import IKC

/// Swift's handle on the C floor's client: connections and loads over them.
// @unchecked: it is used by one caller at a time, who waits for each call to return.
final class FloorClient: @unchecked Sendable {
  private let client = UnsafeMutablePointer<ikc_floor_client>.allocate(capacity: 1)
  private let frame: UnsafeMutableBufferPointer<CChar>
  private var strings: [UnsafeMutablePointer<CChar>] = []
  private var recorder = Recorder()

  /// How a kernel is spoken to, where the server is one and not the floor's.
  struct Identity: Sendable {
    /// A kernel id; its last eight characters are replaced by a number.
    var id: String
    /// The package name of the serializer to agree on.
    var freezer: String
  }

  init(_ address: Address, frame bytes: [UInt8], identity: Identity? = nil) throws {
    frame = .allocate(capacity: bytes.count)
    _ = frame.initialize(from: bytes.map { CChar(bitPattern: $0) })
    var target = ikc_floor_address()
    switch address {
    case .tcp(let host, let port):
      target.host = UnsafePointer(copy(host))
      target.port = Int32(port)
    case .unix(let path):
      target.path = UnsafePointer(copy(path))
    }
    try Self.check(ikc_floor_client_init(client, &target, frame.baseAddress, frame.count), "floor client")
    guard let identity else { return }
    client.pointee.identity = UnsafePointer(copy(identity.id))
    client.pointee.freezer = UnsafePointer(copy(identity.freezer))
    setPatches(of: Array(identity.id.utf8), in: bytes)
  }

  deinit {
    for string in strings { free(string) }
    frame.deallocate()
    client.deallocate()
  }

  private func copy(_ text: String) -> UnsafeMutablePointer<CChar>? {
    guard let string = strdup(text) else { return nil }
    strings.append(string)
    return string
  }

  /// Finds where the frame names the kernel it comes from.
  private func setPatches(of id: [UInt8], in bytes: [UInt8]) {
    var found: [Int] = []
    var at = 0
    while at + id.count <= bytes.count, found.count < IKC_FLOOR_PATCHES {
      if bytes[at..<at + id.count].elementsEqual(id) {
        found.append(at)
        at += id.count
      } else {
        at += 1
      }
    }
    withUnsafeMutableBytes(of: &client.pointee.patches) { patches in
      let places = patches.bindMemory(to: Int.self)
      for (index, place) in found.enumerated() { places[index] = place }
    }
    client.pointee.patch_count = found.count
  }

  /// Opens connections until there are `count` of them.
  func open(_ count: Int) async throws {
    try await onThread { [self] in
      try Self.check(ikc_floor_client_open(client, count), "opening \(count) connections")
    }
  }

  enum Load: Sendable {
    case post
    case call(depth: Int)
    case rate(Double)
    case connect(workers: Int)
  }

  /// Runs a load over the first `connections` connections.
  func run(_ load: Load, connections: Int, sampleEvery: Int = 1, _ limit: Limit) async throws -> Sample {
    try await onThread { [self] in
      try measure(load, connections: connections, sampleEvery: sampleEvery, limit)
    }
  }

  private func measure(_ load: Load, connections: Int, sampleEvery: Int, _ limit: Limit) throws -> Sample {
    recorder = Recorder()
    var state = ikc_floor_load()
    state.connections = connections
    state.depth = 1
    state.limit = limit.operations ?? 0
    state.nanoseconds = limit.nanoseconds
    state.sample_every = UInt32(sampleEvery)
    state.context = Unmanaged.passUnretained(self).toOpaque()
    state.sample = { context, nanoseconds in
      guard let context else { return }
      Unmanaged<FloorClient>.fromOpaque(context).takeUnretainedValue().recorder.record(latency: nanoseconds)
    }
    state.progress = { context, sinceStart, operations in
      guard let context else { return }
      Unmanaged<FloorClient>.fromOpaque(context).takeUnretainedValue()
        .recorder.progress(at: sinceStart, operations: operations)
    }
    let status: Int32
    switch load {
    case .post:
      state.kind = IKC_FLOOR_POST
      status = ikc_floor_load_run(client, &state)
    case .call(let depth):
      state.kind = IKC_FLOOR_CALL
      state.depth = UInt32(depth)
      status = ikc_floor_load_run(client, &state)
    case .rate(let rate):
      state.kind = IKC_FLOOR_RATE
      state.rate = rate
      status = ikc_floor_load_run(client, &state)
    case .connect(let workers):
      state.depth = UInt32(workers)
      status = ikc_floor_connect_run(client, &state)
    }
    try Self.check(status, "floor load")
    return Sample(operations: state.operations, seconds: Double(state.elapsed) / 1e9, recorder: recorder)
  }

  func close() {
    ikc_floor_client_close(client)
  }

  private static func check(_ status: Int32, _ what: String) throws {
    if status != 0 { throw Failure("\(what): \(String(cString: uv_strerror(status)))") }
  }
}
