import Foundation
import IKC
import Testing

/// The examples of the page FromPerl.md, so that they compile.
@Suite(.timeLimit(.minutes(5))) struct FromPerlExamples {
  func server() async throws {
    var configuration = Configuration()
    configuration.aliases = ["clock"]
    let kernel = Kernel(name: "Pulse", configuration: configuration)
    let listener = try await kernel.listen(on: .tcp("0.0.0.0", port: 603), concurrency: 500)
    print("listening on \(listener.address)")
    try await kernel.run()
  }

  func workers() async throws {
    if let worker = Worker.inherited {
      try await worker.run(Kernel(name: "Server"), connections: 1_000)
    } else {
      var configuration = SupervisorConfiguration()
      configuration.workers = 4
      configuration.heartbeatInterval = .seconds(5)
      let supervisor = try Supervisor(configuration: configuration)
      try supervisor.listen(on: .tcp("0.0.0.0", port: 603))
      try await supervisor.run()
    }
  }

  func client() async {
    let kernel = Kernel(name: "Watcher")
    do {
      let (channel, proxies) = try await kernel.connect(
        to: .tcp("pulse.example", port: 603), subscribing: ["poe://*/timeserver"])
      print("connected to \(channel.name), \(proxies.count) subscriptions")
    } catch {
      print("not connected: \(error)")
    }
  }

  func lightClient() throws {
    var configuration = LightClient.Configuration()
    configuration.callTimeout = .seconds(10)
    let client = try LightClient(.tcp("127.0.0.1", port: 603), name: "Script", configuration: configuration)
    let sum = try client.call("math/sum", [1, 2, 3], as: Int.self)
    try client.post("math/count", 1)
    let answer = try client.postRespond("math/later", 5, as: Int.self)
    let ticks = try client.responded("tick", as: [Int].self)
    print(sum, answer, ticks)
    try client.connect()
    client.disconnect()
  }

  func publish(_ kernel: Kernel) throws {
    let math = kernel.session("math")
    math.on("sum") { (numbers: [Int]) throws -> Int in numbers.reduce(0, +) }
    try math.publish("sum")
  }

  func published(_ kernel: Kernel) async throws {
    let own = Specifier(kernel: kernel.id, session: "IKC", state: "published")
    let states = try await kernel.call(own, as: [String: [String]].self)
    print(states["math"] ?? [])
  }

  func postAndCall(_ kernel: Kernel, facility: String, priority: String, message: String) async throws {
    try kernel.post("poe://Syslog/logger/log", [facility, priority, message])
    let time = try await kernel.call("poe://Pulse/timeserver/time", as: Double.self)
    print(time)
  }

  func callWithReply(_ kernel: Kernel) throws {
    let watcher = kernel.session("watcher")
    watcher.on("get_time") { (time: Double) throws -> Void in print(time) }
    try watcher.call("poe://Pulse/timeserver/time", "", replyTo: "get_time")
  }

  func postBack(_ session: Session) {
    session.on("count") { (event: Event) throws -> Void in
      let last = try event.decode(Int.self)
      for number in stride(from: 1, through: last, by: 1) { try event.sender.post("tick", number) }
    }
  }

  func subscribe(_ kernel: Kernel, order: [String: Int]) async throws {
    for result in await kernel.subscribe(["poe://Cantax/JDE", "poe://e-comm/CC"]) {
      switch result {
      case .success(let proxy): try proxy.post("write", order)
      case .failure(let error): print("not subscribed: \(error)")
      }
    }
  }

  func monitor(_ kernel: Kernel) {
    let monitor = kernel.monitor("*") { (change: Monitor.Change) -> Void in
      switch change.kind {
      case .register where change.isReal: print("\(change.kernel) is there")
      case .unregister where change.isReal: print("\(change.kernel) has gone")
      case .error(let failure): print("\(failure.operation): \(failure.error.message)")
      default: break
      }
    }
    monitor.cancel()
  }

  func monitorInTurn(_ kernel: Kernel) async {
    for await change in kernel.monitor("Pulse") {
      print(change)
    }
  }

  func adopt(_ kernel: Kernel, descriptor: Int32) async throws {
    let channel = try await kernel.adopt(descriptor: descriptor, as: .client)
    let timeserver = try await kernel.subscribe("poe://*/timeserver")
    print("\(channel.name) has \(timeserver.specifier)")
  }

  func specifier(_ text: String) throws {
    let place = try Specifier(text)
    print(place.kernel, place.session, place.state)
    print(Specifier(kernel: "Pulse", session: "timeserver", state: "time"))
  }

  func serializers() {
    var configuration = Configuration()
    configuration.serializers = [StorableSerializer(), FreezeThawSerializer(), FreezerSerializer()]
    let kernel = Kernel(name: "Watcher", configuration: configuration)
    print(kernel.names)
  }

  func freezeAndThaw() throws {
    let value: Value = ["answer": 42]
    let bytes = try FreezerSerializer().encode(value)
    let copy = try bytes.withUnsafeBytes { (text: UnsafeRawBufferPointer) throws -> Value in
      try FreezerSerializer().decode(text)
    }
    print(copy)
  }

  @Test func `the page's examples are those that are built here`() throws {
    let file = URL(fileURLWithPath: #filePath)
    let root = file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let source = try Self.text(file)
    let page = try Self.text(root.appendingPathComponent("Sources/IKC/IKC.docc/FromPerl.md"))
    let examples = page.components(separatedBy: "```swift\n").dropFirst()
    #expect(!examples.isEmpty)
    for example in examples {
      let code = example.components(separatedBy: "```\n")[0]
      #expect(source.contains(" {\n" + Self.indented(code) + "  }\n"), "\(code)")
    }
  }

  private static func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  /// The lines as they stand in the functions above.
  private static func indented(_ code: String) -> String {
    let lines = code.components(separatedBy: "\n").map { (line: String) -> String in
      line.isEmpty ? "" : "    " + line
    }
    return lines.joined(separator: "\n")
  }
}
