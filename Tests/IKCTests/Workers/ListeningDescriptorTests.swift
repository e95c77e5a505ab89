import Foundation
import TestSupport
import Testing

@testable import IKC

@Suite(.timeLimit(.minutes(5))) struct ListeningDescriptorTests {
  @Test(arguments: [1, 3])
  func `a kernel accepts on a socket that listens already`(_ loops: Int) async throws {
    let socket = try ListeningSocket.tcp(
      .tcp("127.0.0.1", port: 0), host: "127.0.0.1",
      places: BlockingSocket.places(of: .tcp("127.0.0.1", port: 0)), count: 1, options: ListenOptions())
    var configuration = Configuration()
    configuration.loops = loops
    let server = Kernel(name: "Server", configuration: configuration)
    let listener = try await server.listen(onDescriptor: socket.descriptors[0])
    #expect(listener.address == socket.address)
    let session = server.session("demo")
    session.on("add") { (numbers: [Int]) in numbers.reduce(0, +) }
    try session.publish("add")
    for number in 0..<4 {
      let client = Kernel()
      _ = try await client.connect(to: socket.address)
      #expect(try await client.call("poe://Server/demo/add", [number, 1], as: Int.self) == number + 1)
      await client.shutdown()
    }
    await server.shutdown()
  }

  @Test func `the file of a unix socket stays`() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("socket")
    let socket = try ListeningSocket.unix(.unix(path), path: path, options: ListenOptions())
    let server = Kernel(name: "Server")
    let listener = try await server.listen(onDescriptor: socket.descriptors[0])
    #expect(listener.address == .unix(path))
    await listener.close()
    #expect(FileManager.default.fileExists(atPath: path))
    await server.shutdown()
  }

  @Test func `a socket that does not listen is refused`() async throws {
    let server = Kernel(name: "Server")
    var pair: [Int32] = [-1, -1]
    #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
    for descriptor in pair + [-1] {
      let error = await #expect(throws: IKCError.self) { _ = try await server.listen(onDescriptor: descriptor) }
      #expect(error?.code == .invalidArgument)
    }
    await server.shutdown()
  }
}
